//! Which records are logged: levels, modules, directives, the environment.

#![cfg(all(feature = "logging", not(loom)))]

mod logging_support;

use log::{Level, Log, Metadata};
use logging_support::{child, is_child, log_at, logged, run};
use tl_core::logging::{BasicConfig, InitError, LevelFilter};

/// Returns the targets and levels that the configuration lets through, of these.
fn let_through(test: &str, config: BasicConfig) -> Vec<String> {
    let lines = logged(test, config.format("%(name)s=%(levelname)s"), |logger| {
        for target in ["app", "app::net", "app::net::http", "other"] {
            for level in Level::iter() {
                let metadata = Metadata::builder().level(level).target(target).build();
                let before = logger.enabled(&metadata);
                assert!(
                    !before || level <= logger.max_level(),
                    "the fast check lets it through as well"
                );
                log_at(logger, level, target, format_args!("message"));
            }
        }
    });
    lines.lines().map(str::to_owned).collect()
}

/// Returns for each target how many levels were let through.
fn counts(test: &str, config: BasicConfig) -> [usize; 4] {
    let lines = let_through(test, config);
    ["app", "app::net", "app::net::http", "other"].map(|target| {
        lines
            .iter()
            .filter(|line| line.split_once('=').unwrap().0 == target)
            .count()
    })
}

#[test]
fn warning_is_the_default_level() {
    assert_eq!(counts("default_level", BasicConfig::new()), [2, 2, 2, 2]);
    assert_eq!(
        BasicConfig::new().build().unwrap().max_level(),
        LevelFilter::Warn
    );
}

#[test]
fn every_level_lets_itself_and_what_is_graver_through() {
    for (number, level) in LevelFilter::iter().enumerate() {
        assert_eq!(
            counts(&format!("level_{number}"), BasicConfig::new().level(level)),
            [number; 4]
        );
    }
}

#[test]
fn the_longest_module_decides() {
    let config = BasicConfig::new()
        .level(LevelFilter::Error)
        .module_level("app::net", LevelFilter::Info)
        .module_level("app", LevelFilter::Debug)
        .module_level("app::net::http", LevelFilter::Off);
    assert_eq!(
        config.clone().build().unwrap().max_level(),
        LevelFilter::Debug
    );
    assert_eq!(counts("modules", config), [4, 3, 0, 1]);
}

#[test]
fn a_module_that_is_named_twice_has_the_last_level() {
    let config = BasicConfig::new()
        .module_level("app", LevelFilter::Off)
        .module_level("app", LevelFilter::Info);
    assert_eq!(counts("twice", config), [3, 3, 3, 2]);
}

#[test]
fn directives_go_before_levels() {
    let config = BasicConfig::new()
        .directives("error,app::net=debug")
        .level(LevelFilter::Trace)
        .module_level("app", LevelFilter::Info)
        .module_level("app::net", LevelFilter::Off);
    assert_eq!(counts("directives", config), [3, 4, 4, 1]);
}

#[test]
fn directives_without_a_level_for_all_leave_that_of_the_program() {
    let config = BasicConfig::new()
        .level(LevelFilter::Info)
        .directives("app::net=trace");
    assert_eq!(counts("directives_some", config), [3, 5, 5, 3]);
    assert_eq!(
        counts("directives_none", BasicConfig::new().directives(" , ")),
        [2, 2, 2, 2]
    );
}

#[test]
fn directives_can_ask_for_a_text() {
    let config = BasicConfig::new()
        .directives("info/disk")
        .format("%(message)s");
    let lines = logged("text", config, |logger| {
        log_at(
            logger,
            Level::Info,
            "app",
            format_args!("the {} is full", "disk"),
        );
        log_at(
            logger,
            Level::Error,
            "app",
            format_args!("the pipe is full"),
        );
        log_at(logger, Level::Debug, "app", format_args!("disk"));
    });
    assert_eq!(lines, "the disk is full\n");
}

#[test]
fn wrong_directives_are_an_error() {
    for directives in ["app=loud", "app=info=debug", "info/a/b"] {
        let error = BasicConfig::new()
            .directives(directives)
            .build()
            .unwrap_err();
        assert!(
            matches!(error, InitError::Directives { .. }),
            "{directives}: {error:?}"
        );
        assert!(error.to_string().contains("my_crate=debug"), "{error}");
    }
}

#[test]
fn the_environment_decides_when_asked() {
    if is_child() {
        BasicConfig::new()
            .level(LevelFilter::Info)
            .module_level("app", LevelFilter::Error)
            .directives("app=warn")
            .format("%(levelname)s %(name)s")
            .env()
            .init()
            .unwrap();
        for target in ["app", "other"] {
            log::error!(target: target, "");
            log::warn!(target: target, "");
            log::info!(target: target, "");
            log::debug!(target: target, "");
        }
        println!("max level {}", log::max_level());
        return;
    }
    let configured = "ERROR app\nWARNING app\nERROR other\nWARNING other\nINFO other\n";
    for (directives, expected, max) in [
        (None, configured, "INFO"),
        (Some(""), configured, "INFO"),
        (Some("  "), configured, "INFO"),
        (Some("off,app=off"), "", "OFF"),
        (
            Some("error"),
            "ERROR app\nWARNING app\nERROR other\n",
            "WARN",
        ),
        (
            Some("off,app=debug"),
            "ERROR app\nWARNING app\nINFO app\nDEBUG app\n",
            "DEBUG",
        ),
    ] {
        let mut command = child("the_environment_decides_when_asked");
        if let Some(directives) = directives {
            command.env("RUST_LOG", directives);
        }
        let output = run(command);
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            expected,
            "RUST_LOG={directives:?}"
        );
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(
            stdout.contains(&format!("max level {max}")),
            "RUST_LOG={directives:?}: {stdout}"
        );
    }
}

#[test]
fn the_environment_is_not_read_unless_asked() {
    if is_child() {
        BasicConfig::new().init().unwrap();
        assert_eq!(log::max_level(), LevelFilter::Warn);
        assert!(
            BasicConfig::new()
                .env_var("OTHER_LOG")
                .build()
                .unwrap()
                .max_level()
                == LevelFilter::Debug
        );
        return;
    }
    let mut command = child("the_environment_is_not_read_unless_asked");
    command
        .env("RUST_LOG", "app=nonsense")
        .env("OTHER_LOG", "debug");
    run(command);
}

/// Returns what a child makes of the variable: the level of all, and of `app`; and what it says
/// about it.
fn with_variable(value: &std::ffi::OsStr) -> (String, String) {
    let mut command = child("what_is_wrong_in_the_variable_is_a_warning_and_the_rest_counts");
    let output = run({
        command.env("RUST_LOG", value);
        command
    });
    let out = String::from_utf8(output.stdout).unwrap();
    let levels = out.lines().find_map(|line| line.strip_prefix("levels: "));
    let levels = levels.expect("the child says it").to_owned();
    (levels, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_is_wrong_in_the_variable_is_a_warning_and_the_rest_counts() {
    if is_child() {
        let config = BasicConfig::new().level(LevelFilter::Info);
        let logger = config.env().build().unwrap();
        let enabled = |target| {
            let of = |level: &Level| Metadata::builder().level(*level).target(target).build();
            Level::iter()
                .filter(|level| logger.enabled(&of(level)))
                .last()
        };
        println!("\nlevels: {:?} {:?}", enabled("other"), enabled("app"));
        return;
    }
    let all = "Some(Info) Some(Info)";
    for (value, levels, wrong) in [
        ("app=nonsense", all, vec!["'nonsense'"]),
        (
            "app=debug,other=nonsense",
            "Some(Info) Some(Debug)",
            vec!["'nonsense'"],
        ),
        (
            "a=b=c,error,app=x",
            "Some(Error) Some(Error)",
            vec!["'a=b=c'", "'x'"],
        ),
        (
            "app=trace,/too/many",
            "Some(Info) Some(Trace)",
            vec!["too many"],
        ),
        ("app=warn", "Some(Info) Some(Warn)", vec![]),
        (" , ", all, vec![]),
    ] {
        let (found, said) = with_variable(value.as_ref());
        assert_eq!(found, levels, "RUST_LOG={value}");
        let warnings: Vec<&str> = said.lines().collect();
        assert_eq!(warnings.len(), wrong.len(), "RUST_LOG={value}: {said}");
        for (warning, wrong) in warnings.iter().zip(wrong) {
            assert!(warning.starts_with("warning: "), "{warning}");
            assert!(
                warning.contains("RUST_LOG") && warning.contains(wrong),
                "{warning}"
            );
        }
    }
}

#[test]
#[cfg(unix)]
fn a_variable_that_is_no_text_is_a_warning() {
    use std::os::unix::ffi::OsStrExt;
    let (levels, said) = with_variable(std::ffi::OsStr::from_bytes(b"debug\xff"));
    assert_eq!(levels, "Some(Info) Some(Info)");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[cfg_attr(windows, ignore = "Windows has handles, not numbers, for its streams")]
#[test]
fn a_warning_that_nobody_can_read_stops_nothing() {
    if is_child() {
        BasicConfig::new().env().stdout().init().unwrap();
        assert_eq!(log::max_level(), LevelFilter::Debug);
        return;
    }
    let mut command = std::process::Command::new("sh");
    let test = child("a_warning_that_nobody_can_read_stops_nothing");
    command
        .args(["-c", "exec \"$0\" \"$@\" 2>&-"])
        .arg(test.get_program());
    command.args(test.get_args());
    for (name, value) in test.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.env("RUST_LOG", "app=nonsense,debug");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
