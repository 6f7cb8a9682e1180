//! Formats: what is refused, and how the error helps; the defaults.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use logging_support::{log, logged};
use tl_core::logging::{BasicConfig, FormatError, FormatErrorKind, InitError};

fn format_error(format: &str) -> FormatError {
    match BasicConfig::new().format(format).build() {
        Err(InitError::Format(error)) => error,
        other => panic!("{format:?} is wrong, but: {other:?}"),
    }
}

#[test]
fn every_mistake_has_its_kind_and_its_place() {
    use FormatErrorKind::*;
    let text = "s r a";
    let integer = "s r a c d i u o x X e E f F g G";
    let float = "s r a d i u e E f F g G";
    let wrong = |field, conversion, allowed| WrongConversion {
        field,
        conversion,
        allowed,
    };
    let unknown = |name: &str| UnknownField { name: name.into() };
    for (format, offset, kind) in [
        ("no field at all", 0, NoField),
        ("100%%", 0, NoField),
        ("%%(message)s", 0, NoField),
        ("%s", 0, MissingName),
        ("%(message)s at 100% sure", 18, MissingName),
        ("%5%", 0, MissingName),
        ("%(message)s %d", 12, MissingName),
        ("%(message", 0, UnclosedName),
        ("é %((message)s", 3, UnclosedName),
        ("%(message)s %(nope)s", 12, unknown("nope")),
        ("%()s", 0, unknown("")),
        ("%(Message)s", 0, unknown("Message")),
        ("%(message(x))s", 0, unknown("message(x)")),
        ("%(funcName)s", 0, unknown("funcName")),
        ("%", 0, Incomplete),
        ("%(message)s%", 11, Incomplete),
        ("%(message)", 0, Incomplete),
        ("%(message)-5.3", 0, Incomplete),
        ("%(message)l", 0, Incomplete),
        ("%(message)q", 0, UnknownConversion { conversion: 'q' }),
        ("%(message)%", 0, UnknownConversion { conversion: '%' }),
        ("%(message)é", 0, UnknownConversion { conversion: 'é' }),
        ("%(lineno)b", 0, UnknownConversion { conversion: 'b' }),
        ("%(message)lls", 0, UnknownConversion { conversion: 'l' }),
        ("%(message)5.-1s", 0, UnknownConversion { conversion: '-' }),
        ("%(message)d", 0, wrong("message", 'd', text)),
        ("%(threadName)c", 0, wrong("threadName", 'c', text)),
        ("%(asctime)f", 0, wrong("asctime", 'f', text)),
        ("%(created)x", 0, wrong("created", 'x', float)),
        ("%(msecs)o", 0, wrong("msecs", 'o', float)),
        (
            "%(relativeCreated)c",
            0,
            wrong("relativeCreated", 'c', float),
        ),
        ("%(message)*s", 0, Star),
        ("%(message).*s", 0, Star),
        ("%(message)10001s", 0, TooLarge { limit: 10_000 }),
        (
            "%(message)99999999999999999999s",
            0,
            TooLarge { limit: 10_000 },
        ),
        ("%(created).10001f", 0, TooLarge { limit: 10_000 }),
    ] {
        let error = format_error(format);
        assert_eq!(
            (error.offset(), error.kind()),
            (offset, &kind),
            "{format:?}"
        );
        assert_eq!(error.format(), format);
    }
    for field in ["levelno", "lineno", "process", "thread"] {
        for conversion in integer.split(' ') {
            let format = format!("%({field}){conversion}");
            assert!(
                BasicConfig::new().format(format.as_str()).build().is_ok(),
                "{format}"
            );
        }
    }
}

#[test]
fn the_message_of_an_error_names_the_place_and_the_way_out() {
    let message = format_error("%(message)s in %(funcName)s").to_string();
    for part in [
        "\"%(message)s in %(funcName)s\"",
        "byte 15",
        "\"funcName\"",
        "lineno",
        "threadName",
    ] {
        assert!(message.contains(part), "{part:?} in {message:?}");
    }
    let message = format_error("%(thread_name)s").to_string();
    assert!(
        message.ends_with("did you mean \"threadName\"?"),
        "{message:?}"
    );
    let message = format_error("%(message)d").to_string();
    assert!(
        message.ends_with("%(message)d is not possible; message converts with one of s r a"),
        "{message:?}"
    );
    for format in [
        "",
        "%(nope)s",
        "%s",
        "%",
        "%(x",
        "%(message)q",
        "%(message)*s",
        "%(message)99999s",
    ] {
        let message = format_error(if format.is_empty() { "text" } else { format }).to_string();
        assert!(
            message.len() > 40 && !message.ends_with('.') && !message.contains('\n'),
            "{message:?}"
        );
    }
}

#[test]
fn every_field_that_python_has_and_a_record_has_not_is_unknown() {
    for field in [
        "args",
        "exc_info",
        "exc_text",
        "funcName",
        "msg",
        "processName",
        "stack_info",
        "taskName",
    ] {
        let error = format_error(&format!("%({field})s"));
        assert_eq!(
            *error.kind(),
            FormatErrorKind::UnknownField { name: field.into() }
        );
        assert!(
            error
                .to_string()
                .contains("the fields are asctime created filename"),
            "{error}"
        );
    }
}

#[test]
fn the_error_is_one_for_programs_too() {
    fn is_error<E: std::error::Error + Clone + PartialEq + Send + Sync + 'static>() {}
    is_error::<FormatError>();
    is_error::<InitError>();
    let error = BasicConfig::new().format("%(nope)s").build().unwrap_err();
    let source = std::error::Error::source(&error).expect("the format's error is the source");
    assert_eq!(source.to_string(), error.to_string());
}

#[test]
fn the_default_format_is_pythons() {
    let line = logged("default_format", BasicConfig::new(), |logger| {
        log(logger, format_args!("hello"))
    });
    assert_eq!(line, "ERROR:test:hello\n");
    assert_eq!(
        format!("{:?}", BasicConfig::default()),
        format!("{:?}", BasicConfig::new())
    );
}

#[test]
fn an_empty_format_is_the_message_alone() {
    let line = logged("empty_format", BasicConfig::new().format(""), |logger| {
        log(logger, format_args!("hello"))
    });
    assert_eq!(line, "hello\n");
}

#[test]
fn percent_signs_fields_and_text_alternate() {
    let config = BasicConfig::new().format("%%%(message)s%%(message)s%%%%%(name)s\t%(levelno)d%%");
    let line = logged("percent", config, |logger| {
        log(logger, format_args!("50% %(name)s"))
    });
    assert_eq!(line, "%50% %(name)s%(message)s%%test\t40%\n");
}

#[test]
fn a_width_counts_characters_and_applies_to_any_message() {
    let config = BasicConfig::new()
        .format("[%(message)-8s|%(message)8s|%(message).3s|%(message)6.2s|%(message)r]");
    let line = logged("width", config, |logger| {
        let what = "né中";
        log(logger, format_args!("{what}!"));
        log(logger, format_args!("a longer message"));
        log(logger, format_args!(""));
    });
    assert_eq!(
        line,
        "[né中!    |    né中!|né中|    né|'né中!']\n\
         [a longer message|a longer message|a l|    a |'a longer message']\n\
         [        |        ||      |'']\n"
    );
}

#[test]
fn a_wrong_date_format_is_an_error_before_anything_is_opened() {
    let file = logging_support::LogFile::new("wrong_datefmt");
    let error = BasicConfig::new()
        .datefmt("%H:%M:%Ñ")
        .file(file.path())
        .build()
        .unwrap_err();
    assert!(
        matches!(&error, InitError::DateFormat { datefmt, .. } if &**datefmt == "%H:%M:%Ñ"),
        "{error:?}"
    );
    assert!(error.to_string().contains("%H:%M:%Ñ"), "{error}");
    assert!(!file.path().exists());
}
