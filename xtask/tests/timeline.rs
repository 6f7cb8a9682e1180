//! The pictures of runs: there is one of each example, of a run that its golden accepts, and each
//! is drawn as it should be.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::golden_names;
use xtask::examples;
use xtask::golden::Golden;
use xtask::timeline::PICTURES;
use xtask::timeline::draw::draw;
use xtask::timeline::record::{Recording, record};
use xtask::timeline::recorded::around;
use xtask::timeline::trace::{self, Wait};
use xtask::workspace;

const TEXT: &str = "\
(a  ) Waiting for <it>
(b  ) working & working
(a  ) Acquired
(b  ) Waiting for more
";
const RULES: &str = r"
order = 'by-thread'
threads = [{ line = '^\((?<thread>\S+) *\) ' }]
";

fn golden() -> Golden {
    Golden::parse(TEXT, RULES).expect("the golden is sound")
}

fn recording() -> Recording {
    let times = [0, 1, 300, 301].map(Duration::from_millis);
    let wait = |thread: &str, from, to| Wait {
        thread: thread.to_owned(),
        from: Duration::from_millis(from),
        to: Duration::from_millis(to),
    };
    Recording {
        lines: times
            .into_iter()
            .zip(TEXT.lines().map(str::to_owned))
            .collect(),
        end: Duration::from_millis(400),
        first_line: SystemTime::now(),
        waits: vec![
            wait("a", 0, 300),
            wait("b", 301, 400),
            wait("another", 0, 400),
        ],
    }
}

fn picture() -> String {
    draw("sample", &recording(), golden().lanes())
}

/// Returns the elements of `picture` with `class`, each with its attributes.
fn elements<'a>(picture: &'a str, class: &str) -> Vec<&'a str> {
    let class = format!("class=\"{class}");
    let elements = picture
        .split('<')
        .filter(|element| element.contains(&class));
    elements.collect()
}

fn attribute(element: &str, name: &str) -> f64 {
    let start = format!(" {name}=\"");
    let value = element.split_once(&start).expect("it has the attribute").1;
    let value = value.split_once('"').expect("a quote ends it").0;
    value.parse().expect("it is a number")
}

/// Returns what the marks of a picture say that was printed.
fn printed(picture: &str) -> String {
    let lines = picture.split("<g><title>").skip(1);
    lines
        .map(|line| {
            let line = line.split_once("</title>").expect("the title ends").0;
            let line = line.replace("&lt;", "<").replace("&gt;", ">");
            line.replace("&amp;", "&") + "\n"
        })
        .collect()
}

#[test]
fn every_example_has_a_picture_of_a_run_that_its_golden_accepts() {
    let pictures = workspace::root().join(PICTURES);
    let drawn = examples::names_in(&pictures, "svg").expect("the pictures are there");
    assert_eq!(
        golden_names(),
        drawn.into_iter().collect::<BTreeSet<_>>(),
        "`cargo xtask timeline NAME` draws one"
    );
    for name in golden_names() {
        let path = pictures.join(&name).with_extension("svg");
        let picture = fs::read_to_string(path).expect("the picture can be read");
        if let Err(mismatch) = common::golden(&name).check(&printed(&picture)) {
            panic!("`cargo xtask timeline {name}` draws it anew: {mismatch}");
        }
        let output = pictures.join(&name).with_extension("txt");
        let output = fs::read_to_string(output).expect("the output of the run is there");
        assert_eq!(
            output,
            printed(&picture),
            "{name}: of another run than the picture"
        );
    }
}

#[test]
fn a_picture_has_every_line_as_it_was_printed() {
    assert_eq!(printed(&picture()), TEXT);
}

#[test]
fn each_thread_has_a_lane_and_each_line_a_row() {
    let picture = picture();
    assert_eq!(elements(&picture, "name ").len(), 2);
    let marks = elements(&picture, "mark ");
    let column = |mark: usize| attribute(marks[mark], "cx");
    assert_eq!(column(0), column(2));
    assert_eq!(column(1), column(3));
    assert!(column(0) < column(1));
    let rows: Vec<f64> = marks.iter().map(|mark| attribute(mark, "cy")).collect();
    let gaps: Vec<f64> = rows.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        gaps.iter().all(|&gap| gap >= 20.0),
        "a label covers another: {gaps:?}"
    );
    assert!(
        gaps[1] > gaps[0] && gaps[1] > gaps[2],
        "time takes room: {gaps:?}"
    );
}

#[test]
fn waiting_and_running_are_told_apart() {
    let picture = picture();
    // a waits from its first line to its second, and b from its second to the end of the process.
    let waits = elements(&picture, "wait ");
    let marks = elements(&picture, "mark ");
    let end = attribute(elements(&picture, "end\"")[0], "y1");
    let spans: Vec<(f64, f64)> = waits
        .iter()
        .map(|wait| (attribute(wait, "y1"), attribute(wait, "y2")))
        .collect();
    let y = |mark: usize| attribute(marks[mark], "cy");
    assert_eq!(spans, [(y(0), y(2)), (y(3), end)]);
    // b works from its first line to its second.
    let runs = elements(&picture, "run ");
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (attribute(runs[0], "y1"), attribute(runs[0], "y2")),
        (y(1), y(3))
    );
}

#[test]
fn a_line_after_which_its_thread_sleeps_is_followed_by_that() {
    let rules = format!("{RULES}[timeline]\nsleeps = ['working']\n");
    let golden = Golden::parse(TEXT, &rules).expect("the golden is sound");
    let picture = draw("sample", &recording(), golden.lanes());
    assert_eq!(elements(&picture, "wait ").len(), 3);
    assert_eq!(elements(&picture, "run ").len(), 0);
    assert!(picture.contains("waiting or sleeping"));
}

#[test]
fn waits_are_read_from_a_trace() {
    let trace = r#"{"otherData":{"startedAtMicros":1000000000.5,"dropped":0},"traceEvents":[
        {"ph":"M","pid":1,"tid":7,"name":"thread_name","args":{"name":"a"}},
        {"ph":"M","pid":1,"tid":7,"name":"thread_sort_index","args":{"sort_index":7000}},
        {"ph":"X","pid":1,"tid":7,"name":"Lock::lock","cat":"wait","ts":1000.5,"dur":2000.0,"args":{}},
        {"ph":"X","pid":1,"tid":7,"name":"wakes up","cat":"wait","ts":2000.5,"dur":1000.0},
        {"ph":"X","pid":1,"tid":7,"name":"Lock::lock","cat":"wait","ts":1.0,"dur":2.0}]}"#;
    // A millisecond after the recording began.
    let first_line = UNIX_EPOCH + Duration::from_micros(1_000_001_000);
    let waits = trace::waits(trace, first_line).expect("it is a trace");
    assert_eq!(
        waits.len(),
        1,
        "one was over before the first line: {waits:?}"
    );
    assert_eq!(
        (waits[0].thread.as_str(), waits[0].from.as_micros()),
        ("a", 1)
    );
    assert_eq!(waits[0].to.as_micros(), 2_001);
}

#[test]
fn a_program_that_is_recorded_is_the_same_up_to_its_end() {
    for name in golden_names() {
        let path = workspace::root().join("examples/src/bin").join(&name);
        let source = fs::read_to_string(path.with_extension("rs")).expect("it is there");
        let recorded = around(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
        let itself = recorded.replacen("fn example_main()", "fn main()", 1);
        assert!(itself.starts_with(&source), "{name}");
        let records = source.contains("trace::start()");
        assert_eq!(recorded.contains("around::begin()"), !records, "{name}");
    }
    assert!(around("no main").is_err());
}

#[test]
fn a_picture_can_stand_in_a_page_with_others() {
    let picture = picture();
    assert!(picture.starts_with("<svg id=\"timeline-sample\" "));
    assert!(
        !picture.contains("\n\n"),
        "an empty line ends HTML in Markdown"
    );
    let (_, style) = picture.split_once("<style>").expect("it has a style");
    let (style, _) = style.split_once("</style>").expect("the style ends");
    let style = style.replace("@media (prefers-color-scheme:dark){", "");
    for rule in style.split_inclusive('}').filter(|rule| *rule != "}") {
        let (selectors, _) = rule.split_once('{').expect("a rule has a block");
        for selector in selectors.split(',') {
            let under_a_theme = selector.split_once("] ").map_or(selector, |(_, it)| it);
            assert!(
                under_a_theme.starts_with("#timeline-sample"),
                "{rule} reaches others"
            );
        }
    }
}

#[test]
fn a_picture_is_as_light_or_dark_as_its_page() {
    let picture = picture();
    let variables = |selector: &str| {
        let (_, rest) = picture
            .split_once(&format!("{selector} #timeline-sample{{"))
            .unwrap_or_else(|| panic!("no rule for {selector}"));
        rest.split_once('}').expect("a rule ends").0
    };
    let (light, dark) = (
        variables("[data-theme=light]"),
        variables("[data-theme=ayu]"),
    );
    assert_ne!(light, dark);
    let alone = format!(
        "#timeline-sample{{{light}}}@media (prefers-color-scheme:dark){{#timeline-sample{{{dark}}}}}"
    );
    assert!(picture.contains(&alone), "alone it is as the system is");
    // What is not declared has no colour.
    for used in picture.split("var(").skip(1) {
        let name = used.split(')').next().unwrap_or_default();
        for theme in [light, dark] {
            assert!(
                theme.contains(&format!("{name}:#")),
                "{name} is not in {theme}"
            );
        }
    }
}

#[test]
fn a_pattern_of_sleeps_that_no_line_matches_is_an_error() {
    let rules = format!("{RULES}[timeline]\nsleeps = ['working', 'Sleeping ']\n");
    let error = Golden::parse(TEXT, &rules).unwrap_err().to_string();
    assert!(error.contains("Sleeping "), "{error}");
}

#[test]
fn lines_get_the_time_from_the_first() {
    let mut command = Command::new("sh");
    command.args(["-c", "echo one; echo two >&2"]);
    let recording = record(command, Duration::from_secs(60)).expect("it runs");
    assert_eq!(recording.output(), "one\ntwo\n");
    let times: Vec<Duration> = recording.lines.iter().map(|(time, _)| *time).collect();
    assert_eq!(times[0], Duration::ZERO);
    assert!(times[1] <= recording.end);
}

#[test]
fn a_run_that_fails_or_does_not_end_is_not_drawn() {
    let mut fails = Command::new("sh");
    fails.args(["-c", "exit 3"]);
    let error = record(fails, Duration::from_secs(60)).unwrap_err();
    assert!(error.to_string().contains("exit status: 3"), "{error}");
    let mut endless = Command::new("sleep");
    endless.arg("1000");
    let error = record(endless, Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}
