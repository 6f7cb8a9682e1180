//! The checks check something: what must fail them does, and for its own reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use xtask::models::{self, Explored};
use xtask::mutants::{self, Fate};
use xtask::{parallel, standalone, tsan, workspace};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(30);

/// Returns a program that runs `script`, whatever its arguments are.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]);
    command
}

fn explored(script: &str, limit: Duration) -> Result<Explored, String> {
    let run = models::explore(shell(script), "a_model", limit).expect("the shell can be run");
    models::verdict(&run, "a_model")
}

const EXPLORED: &str = "echo 'test a_model ... model a_model: 12 executions, all interleavings'";

#[test]
fn a_model_is_asked_for_by_its_name_and_counted() {
    let script = format!(r#"[ "$*" = '--exact a_model --nocapture' ] && {EXPLORED}"#);
    assert_eq!(
        explored(&script, LIMIT),
        Ok(Explored {
            executions: 12,
            bound: "all interleavings".to_owned()
        })
    );
}

#[test]
fn a_model_that_fails_does_not_end_or_did_not_run_is_a_failure() {
    for (script, why) in [
        (format!("{EXPLORED}; exit 101"), "exit status: 101"),
        (format!("{EXPLORED}; kill -ABRT $$"), "signal: 6"),
        ("true".to_owned(), "did not run"),
        (
            "echo 'model another: 3 executions, all interleavings'".to_owned(),
            "did not run",
        ),
    ] {
        let failure = explored(&script, LIMIT).expect_err(why);
        assert!(failure.contains(why), "{failure}");
    }
    let hung = explored("exec sleep 1000", Duration::from_millis(200)).expect_err("no end");
    assert!(hung.contains("did not end"), "{hung}");
}

#[test]
fn a_mutant_is_caught_only_by_a_model_that_fails() {
    let judge = |script: &str, limit| {
        mutants::judge(shell(script), "a_model", limit).expect("the shell can be run")
    };
    let panic = "echo \"thread 'a_model' panicked at tests/loom.rs:1:1:\" >&2";
    assert_eq!(judge(&format!("{panic}; exit 101"), LIMIT), Fate::Caught);
    assert_eq!(
        judge(&format!("{panic}; kill -ABRT $$"), LIMIT),
        Fate::Caught
    );
    assert_eq!(judge("kill -SEGV $$", LIMIT), Fate::Caught);
    assert_eq!(judge(EXPLORED, LIMIT), Fate::Survived);
    let short = Duration::from_millis(200);
    assert_eq!(judge("exec sleep 1000", short), Fate::TooLong);
    for (script, why) in [
        ("echo 'running 0 tests'", "no model a_model"),
        ("kill -KILL $$", "signal: 9"),
        ("echo no space left >&2; exit 1", "no space left"),
    ] {
        match judge(script, LIMIT) {
            Fate::Invalid(told) => assert!(told.contains(why), "{told}"),
            fate => panic!("{script}: {fate:?}"),
        }
    }
}

/// Returns the text of a crate's models: one file, and a folder where there are many.
fn models_of(tests: &Path) -> String {
    let mut models = fs::read_to_string(tests.join("loom.rs")).expect("its crate has models");
    for file in fs::read_dir(tests.join("loom")).into_iter().flatten() {
        let path = file.expect("an entry of the folder").path();
        models += &fs::read_to_string(path).expect("a file of models");
    }
    models
}

#[test]
fn each_mutant_can_be_made_and_has_its_model() {
    let mutants = mutants::list().expect("the list can be read");
    let mut seen = BTreeSet::new();
    for mutant in &mutants {
        let root = workspace::root();
        let source = fs::read_to_string(root.join(&mutant.file)).expect("its file is there");
        let models = models_of(&root.join("crates").join(&mutant.package).join("tests"));
        let what = &mutant.what;
        assert!(source.contains(&mutant.find), "{what}: the text is gone");
        assert_ne!(mutant.find, mutant.replace, "{what}: nothing changes");
        let path: Vec<&str> = mutant.model.split("::").collect();
        assert!(
            path.iter().all(|part| models.contains(part)),
            "{what}: the model is gone"
        );
        assert!(
            seen.insert((&mutant.file, &mutant.find, &mutant.replace)),
            "{what}: it is listed twice"
        );
    }
    let broken: BTreeSet<_> = mutants.into_iter().map(|mutant| mutant.package).collect();
    let with_models: BTreeSet<_> = models::crates()
        .expect("they can be listed")
        .into_iter()
        .collect();
    assert_eq!(broken, with_models, "each crate with models has a mutant");
}

#[test]
fn the_planted_race_is_found_only_where_the_sanitizer_reports_it() {
    let found =
        |script: &str| tsan::is_found(&shell(script).output().expect("the shell can be run"));
    let report = "echo 'WARNING: ThreadSanitizer: data race' >&2";
    assert!(found(&format!("{report}; exit 66")));
    assert!(!found(report));
    assert!(!found("exit 66"));
    assert!(!found("echo it does not build >&2; exit 101"));
}

#[test]
fn a_crate_that_brings_a_logger_is_told_from_one_that_does_not() {
    let root = workspace::root();
    let logger = |name| standalone::logger(&root, name).expect("cargo can be run");
    // Alone it has its default features, the logger among them.
    assert!(logger("tl-core").is_some());
    assert_eq!(logger("tl-event"), None);
}

#[test]
fn what_goes_several_at_a_time_is_done_once_each() {
    let items: Vec<u32> = (0..100).collect();
    let mut done = parallel::each(&items, 3, |worker, item| {
        assert!(worker < 3);
        Ok(*item)
    })
    .expect("nothing fails");
    done.sort_unstable();
    assert_eq!(done, items);
}

#[test]
fn an_error_ends_what_goes_several_at_a_time() {
    let items: Vec<u32> = (0..100).collect();
    let failed = parallel::each(&items, 1, |_, item| {
        assert!(*item <= 7, "nothing is begun after the error");
        if *item == 7 {
            Err("seven".into())
        } else {
            Ok(())
        }
    });
    assert_eq!(failed.expect_err("one fails").to_string(), "seven");
}
