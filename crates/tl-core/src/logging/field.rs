//! The fields of a record, by the names that Python gave them.

use std::fmt;

/// A field of a record, by the type of its value: the type decides which conversions it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text(TextField),
    Integer(IntegerField),
    Float(FloatField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextField {
    Asctime,
    Filename,
    LevelName,
    Message,
    Module,
    Name,
    Pathname,
    ThreadName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntegerField {
    LevelNumber,
    LineNumber,
    Process,
    Thread,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FloatField {
    Created,
    Milliseconds,
    RelativeCreated,
}

pub(super) const FIELDS: [(&str, Field); 15] = [
    ("asctime", Field::Text(TextField::Asctime)),
    ("created", Field::Float(FloatField::Created)),
    ("filename", Field::Text(TextField::Filename)),
    ("levelname", Field::Text(TextField::LevelName)),
    ("levelno", Field::Integer(IntegerField::LevelNumber)),
    ("lineno", Field::Integer(IntegerField::LineNumber)),
    ("message", Field::Text(TextField::Message)),
    ("module", Field::Text(TextField::Module)),
    ("msecs", Field::Float(FloatField::Milliseconds)),
    ("name", Field::Text(TextField::Name)),
    ("pathname", Field::Text(TextField::Pathname)),
    ("process", Field::Integer(IntegerField::Process)),
    ("relativeCreated", Field::Float(FloatField::RelativeCreated)),
    ("thread", Field::Integer(IntegerField::Thread)),
    ("threadName", Field::Text(TextField::ThreadName)),
];

/// Returns the field of this name, with the name as the table has it.
pub(super) fn find(name: &str) -> Option<(&'static str, Field)> {
    FIELDS.into_iter().find(|(known, _)| *known == name)
}

impl Field {
    /// Returns the conversions that fit the field's type, as Python's `%` operator has them.
    pub(super) fn conversions(self) -> &'static str {
        match self {
            Field::Text(_) => "s r a",
            Field::Integer(_) => "s r a c d i u o x X e E f F g G",
            Field::Float(_) => "s r a d i u e E f F g G",
        }
    }

    pub(super) fn uses_clock(self) -> bool {
        matches!(
            self,
            Field::Text(TextField::Asctime)
                | Field::Float(FloatField::Created | FloatField::Milliseconds)
        )
    }
}

/// Returns the second half of the message about an unknown field: what to write instead.
pub(super) fn explain_unknown(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some((known, _)) = FIELDS.into_iter().find(|(known, _)| is_alike(known, name)) {
        return write!(f, "did you mean {known:?}?");
    }
    match name {
        "funcName" => {
            f.write_str("a record does not know its function, name and lineno come closest; ")?
        }
        "processName" => f.write_str("processes have no names here, process is the number; ")?,
        "taskName" => f.write_str("records know threads, not tasks; ")?,
        "msg" | "args" => f.write_str("the formatted message is message; ")?,
        "stack_info" | "exc_info" | "exc_text" => f.write_str("put it into the message; ")?,
        _ => {}
    }
    f.write_str("the fields are")?;
    for (known, _) in FIELDS {
        write!(f, " {known}")?;
    }
    Ok(())
}

/// Returns whether the names differ only in case and underscores, as `thread_name` and `threadName`
/// do.
fn is_alike(known: &str, name: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|c| *c != '_')
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    letters(known) == letters(name)
}
