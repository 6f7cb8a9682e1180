//! What can be wrong with a configuration of the logger.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use super::field;

/// A format that the logger cannot use: where it is wrong, and how.
///
/// # Examples
///
/// ```
/// use tl_core::logging::{BasicConfig, FormatErrorKind, InitError};
///
/// let error = BasicConfig::new().format("%(message)s in %(funcName)s").build().unwrap_err();
/// let InitError::Format(error) = error else { panic!("the format is wrong: {error}") };
/// assert_eq!(error.offset(), 15);
/// assert_eq!(*error.kind(), FormatErrorKind::UnknownField { name: "funcName".into() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    format: Box<str>,
    offset: usize,
    kind: FormatErrorKind,
}

impl FormatError {
    pub(super) fn new(format: &str, offset: usize, kind: FormatErrorKind) -> FormatError {
        FormatError {
            format: format.into(),
            offset,
            kind,
        }
    }

    /// Returns the whole format, as it was given.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Returns where the mistake begins: the number of bytes before the `%` of the conversion that
    /// is wrong.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns what is wrong there.
    pub fn kind(&self) -> &FormatErrorKind {
        &self.kind
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "log format {:?}, byte {}: {}",
            self.format, self.offset, self.kind
        )
    }
}

impl Error for FormatError {}

/// What is wrong with a log format.
///
/// # Examples
///
/// ```
/// use tl_core::logging::{BasicConfig, FormatErrorKind, InitError};
///
/// let Err(InitError::Format(error)) = BasicConfig::new().format("%(message)d").build() else {
///     panic!("a message is no number");
/// };
/// assert!(matches!(error.kind(), FormatErrorKind::WrongConversion { field: "message", .. }));
/// assert_eq!(
///     error.to_string(),
///     "log format \"%(message)d\", byte 0: %(message)d is not possible; \
///      message converts with one of s r a",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// There is no `%(field)` in the whole format, so every record would look the same.
    NoField,
    /// A `%` that neither names a field, as `%(message)s` does, nor is doubled to stand for itself.
    MissingName,
    /// The parenthesis after a `%` is never closed.
    UnclosedName,
    /// No field has this name.
    UnknownField {
        /// The name between the parentheses.
        name: Box<str>,
    },
    /// The format ends before the letter that says how to convert the field.
    Incomplete,
    /// The letter after the field is not a conversion.
    UnknownConversion {
        /// What stands in its place.
        conversion: char,
    },
    /// The conversion does not fit what the field holds, as `%(message)d` would not.
    WrongConversion {
        /// The name of the field.
        field: &'static str,
        /// The conversion that it cannot have.
        conversion: char,
        /// The conversions that it can have.
        allowed: &'static str,
    },
    /// A `*` for the width or the precision: there is no argument that it could come from.
    Star,
    /// A width or a precision that is too large.
    TooLarge {
        /// The largest one that can be.
        limit: usize,
    },
}

impl fmt::Display for FormatErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatErrorKind::NoField => {
                f.write_str("there is no field in it; write %(message)s where the message belongs")
            }
            FormatErrorKind::MissingName => f.write_str(
                "a name in parentheses must follow the %, as in %(message)s; write %% for a percent sign",
            ),
            FormatErrorKind::UnclosedName => {
                f.write_str("the parenthesis is not closed; write the field as in %(message)s")
            }
            FormatErrorKind::UnknownField { name } => {
                write!(f, "there is no field {name:?}; ")?;
                field::explain_unknown(name, f)
            }
            FormatErrorKind::Incomplete => f.write_str(
                "the format ends within a field; after the parenthesis comes a conversion, as the s in %(message)s",
            ),
            FormatErrorKind::UnknownConversion { conversion } => write!(
                f,
                "{conversion:?} is no conversion; after the parenthesis come flags, width and precision, if any, and then \
                 one of s r a c d i u o x X e E f F g G"
            ),
            FormatErrorKind::WrongConversion { field, conversion, allowed } => {
                write!(f, "%({field}){conversion} is not possible; {field} converts with one of {allowed}")
            }
            FormatErrorKind::Star => {
                f.write_str("a width or precision of * has no argument to come from; write a number")
            }
            FormatErrorKind::TooLarge { limit } => {
                write!(f, "the width or the precision is too large; {limit} is the largest")
            }
        }
    }
}

/// Why a logger could not be set up. Nothing was installed and no level was changed.
///
/// # Examples
///
/// ```
/// use tl_core::logging::{BasicConfig, InitError};
///
/// BasicConfig::new().init()?;
/// let second = BasicConfig::new().init();
/// assert!(matches!(second, Err(InitError::AlreadyInitialized)));
/// # Ok::<(), InitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitError {
    /// The format of the records is wrong.
    Format(FormatError),
    /// The format of the date is wrong.
    DateFormat {
        /// The format as it was given.
        datefmt: Box<str>,
        /// What is wrong with it.
        message: Box<str>,
    },
    /// The level directives that the program gave are wrong. (What is wrong in an environment
    /// variable is a warning.)
    Directives {
        /// What is wrong with them.
        message: Box<str>,
    },
    /// The log file could not be opened.
    File {
        /// The path as it was given.
        path: PathBuf,
        /// The kind of error that the operating system reported.
        kind: io::ErrorKind,
        /// What the operating system reported.
        message: Box<str>,
    },
    /// The process has a logger already, and a process can have only one for good.
    AlreadyInitialized,
}

impl InitError {
    pub(super) fn file(path: PathBuf, error: &io::Error) -> InitError {
        InitError::File {
            path,
            kind: error.kind(),
            message: error.to_string().into(),
        }
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::Format(error) => error.fmt(f),
            InitError::DateFormat { datefmt, message } => {
                write!(
                    f,
                    "date format {datefmt:?}: {message}; use the directives of strftime"
                )
            }
            InitError::Directives { message } => {
                write!(
                    f,
                    "the level directives: {message}; write them as in warn,my_crate=debug"
                )
            }
            InitError::File { path, message, .. } => {
                write!(
                    f,
                    "the log file {} cannot be opened: {message}; name a file that may be written, in a directory that exists",
                    path.display()
                )
            }
            InitError::AlreadyInitialized => f.write_str(
                "this process has a logger already; set the logger up once, early in main",
            ),
        }
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            InitError::Format(error) => Some(error),
            _ => None,
        }
    }
}

impl From<FormatError> for InitError {
    fn from(error: FormatError) -> InitError {
        InitError::Format(error)
    }
}
