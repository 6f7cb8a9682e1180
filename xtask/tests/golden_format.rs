//! The golden files themselves: what they may say, what the errors of broken ones say, and how a
//! mismatch reads.

use xtask::golden::{self, Golden};

const BY_THREAD: &str = "order = 'by-thread'\nthreads = [{ line = '^(?<thread>\\w+): ' }]\n";

fn by_thread(text: &str, more: &str) -> Result<Golden, String> {
    Golden::parse(text, &format!("{BY_THREAD}{more}")).map_err(|e| e.to_string())
}

fn listed(text: &str) -> Golden {
    Golden::parse(text, "order = 'listed'").expect("a sound golden")
}

/// Asserts that the golden is refused with a message that has all of `parts`.
#[track_caller]
fn refused(golden: Result<Golden, String>, parts: &[&str]) {
    let message = golden.expect_err("the golden is broken");
    for part in parts {
        assert!(message.contains(part), "{part:?} is in: {message}");
    }
}

/// Returns the report on `output`, which must be rejected.
#[track_caller]
fn report(golden: &Golden, output: &str) -> String {
    console::set_colors_enabled(false);
    golden
        .check(output)
        .expect_err("the output differs")
        .to_string()
}

#[test]
fn what_is_in_brackets_is_plain_text_unless_it_is_registered() {
    let golden = listed("[DEBUG] ['0', '1'] [] [seconds] [SECONDS]\n");
    assert!(
        golden
            .check("[DEBUG] ['0', '1'] [] [seconds] 0.25\n")
            .is_ok()
    );
    assert!(
        golden
            .check("[INFO] ['0', '1'] [] [seconds] 0.25\n")
            .is_err()
    );
    assert!(golden.check("[DEBUG] ['0', '1'] [] 0.25 0.25\n").is_err());
}

#[test]
fn plain_text_is_no_pattern() {
    let golden = listed("a.c (x) $ ^ [INTEGER]*\n");
    assert!(golden.check("a.c (x) $ ^ 7*\n").is_ok());
    assert!(golden.check("abc (x) $ ^ 7*\n").is_err());
    assert!(golden.check("a.c (x) $ ^ 77\n").is_err());
}

#[test]
fn each_placeholder_has_its_own_pattern() {
    for (placeholder, fits, does_not) in [
        (
            "[SECONDS]",
            &["0.10", "12.00"][..],
            &["0.1", ".10", "00.10", "0.100", "1", "x"][..],
        ),
        (
            "[INTEGER]",
            &["0", "7", "-12", "100"],
            &["007", "-0", "1.0", ""],
        ),
        (
            "[ADDRESS]",
            &["0x00000000026014C8"],
            &["0x26014C8", "0x00000000026014c8", "00000000026014C8"],
        ),
        (
            "[TIMESTAMP]",
            &["2018-05-01 15:39:49,561"],
            &[
                "2018-05-32 15:39:49,561",
                "2018-05-01 15:60:49,561",
                "2018-05-01T15:39:49,561",
            ],
        ),
    ] {
        let golden = listed(&format!("<{placeholder}>\n"));
        for text in fits {
            assert!(
                golden.check(&format!("<{text}>\n")).is_ok(),
                "{placeholder} stands for {text}"
            );
        }
        for text in does_not {
            assert!(
                golden.check(&format!("<{text}>\n")).is_err(),
                "{placeholder} does not stand for {text}"
            );
        }
    }
}

#[test]
fn a_numbered_placeholder_stands_for_the_same_text_each_time() {
    let golden = listed("[INTEGER:1] [INTEGER:2] [INTEGER:1]\n[INTEGER:2] [INTEGER]\n");
    assert!(golden.check("1 2 1\n2 3\n").is_ok());
    assert!(golden.check("1 1 1\n1 3\n").is_ok());
    assert!(
        report(&golden, "1 2 3\n2 3\n")
            .contains("line 1: [INTEGER:1] stood for `1` before, and for `3` here")
    );
    assert!(
        report(&golden, "1 2 1\n3 3\n")
            .contains("line 2: [INTEGER:2] stood for `2` before, and for `3` here")
    );
}

#[test]
fn a_golden_may_narrow_a_placeholder_or_add_one() {
    let rules = "order = 'listed'\n[placeholders]\nSECONDS = '0\\.5'\nCOLOUR = 'red|green'\n";
    let golden = Golden::parse("[SECONDS] [COLOUR]!\n", rules).expect("a sound golden");
    assert!(golden.check("0.5 red!\n").is_ok());
    assert!(golden.check("0.50 red!\n").is_err());
    assert!(golden.check("0.5 blue!\n").is_err());
}

#[test]
fn broken_placeholders_are_refused() {
    let with = |entry: &str| by_thread("a: [X]\n", &format!("[placeholders]\n{entry}\n"));
    refused(with("x = 'a'"), &["placeholder `x`", "capital letters"]);
    refused(with("X = '('"), &["placeholder `X`", "unclosed group"]);
    refused(with("X = '(a|b)'"), &["placeholder `X`", "(?:…)"]);
    refused(
        with("X = 'a'\nY = 'b'"),
        &["`placeholders`", "`Y`", "no line"],
    );
    refused(
        by_thread("a: [SECNDS:1]\n", ""),
        &["[SECNDS:1]", "a: [SECNDS:1]", "not registered"],
    );
}

#[test]
fn unknown_keys_and_wrong_types_are_refused_with_their_place() {
    let parse = |rules: &str| Golden::parse("a: 1\n", rules).map_err(|e| e.to_string());
    refused(parse(""), &["missing field `order`"]);
    refused(
        parse("order = 'sorted'"),
        &["line 1", "`sorted`", "`listed`", "`by-thread`"],
    );
    refused(
        parse("order = 'listed'\npair = []"),
        &["line 2", "unknown field `pair`", "`pairs`"],
    );
    refused(
        parse("order = 'by-thread'\nthreads = [{ lines = 'x' }]"),
        &["line 2", "unknown field `lines`"],
    );
    refused(
        parse("order = 'by-thread'\npairs = [['a']]"),
        &["line 2", "invalid length 1"],
    );
    refused(parse("order = listed"), &["line 1"]);
}

#[test]
fn rules_by_thread_have_no_place_in_a_listed_golden() {
    let parse = |more: &str| {
        Golden::parse("a: 1\n", &format!("order = 'listed'\n{more}")).map_err(|e| e.to_string())
    };
    refused(
        parse("threads = [{ line = 'x', name = 'a' }]"),
        &["`threads`", "by-thread"],
    );
    refused(parse("pairs = [['a', 'b']]"), &["`pairs`", "by-thread"]);
    refused(parse("roster = '(x)'"), &["`roster`", "by-thread"]);
}

#[test]
fn broken_thread_rules_are_refused() {
    let parse = |rule: &str| {
        let rules = format!("order = 'by-thread'\nthreads = [{rule}]\n");
        Golden::parse("a: 1\n", &rules).map_err(|e| e.to_string())
    };
    refused(parse("{ line = '^(' }"), &["`threads`", "unclosed group"]);
    refused(parse("{ line = '^a' }"), &["captures no thread"]);
    refused(
        parse("{ line = '^(?<thread>a)', name = 'a' }"),
        &["gives a name and captures one"],
    );
    refused(parse("{ line = '^b', name = 'b' }"), &["`a: 1`", "thread"]);
    refused(
        parse("{ line = '^a', name = 'a' }, { line = '^b', name = 'b' }"),
        &["`threads`", "`^b`", "no line"],
    );
}

#[test]
fn broken_pairs_are_refused() {
    let text = "a: 1\nb: 1\na: 2\nb: 2\nb: 2\n";
    let with = |pair: &str| by_thread(text, &format!("pairs = [{pair}]\n"));
    assert!(with("['a: 1', 'b: 1']").is_ok());
    refused(
        with("['a: 1', 'b: 3']"),
        &["`b: 3`", "no line of the golden"],
    );
    refused(with("['a: 1', 'b: 2']"), &["`b: 2`", "2 times"]);
    refused(
        with("['a: 1', 'a: 2']"),
        &["lines of a", "keep their order"],
    );
    refused(
        with("['a: 2', 'b: 1']"),
        &["`b: 1` before `a: 2`", "forbids"],
    );
}

#[test]
fn broken_rosters_are_refused() {
    let with = |roster: &str| by_thread("a: in ['a']\n", &format!("roster = '{roster}'\n"));
    assert!(with(r"in (\[.*\])").is_ok());
    refused(with("in"), &["`roster`", "one group"]);
    refused(with("(in) (.*)"), &["`roster`", "one group"]);
    refused(with("out (.*)"), &["`roster`", "no line"]);
    refused(with("("), &["`roster`", "unclosed group"]);
}

#[test]
fn a_listed_mismatch_reads_as_a_diff() {
    let golden = listed("one\ntwo [SECONDS]\nthree\n");
    assert_eq!(
        report(&golden, "one\ntwo 0.25\nfour\n"),
        "- golden, + printed\n    one\n    two 0.25\n  - three\n  + four\n"
    );
    assert_eq!(
        report(&golden, "one\nthree\ntwo 0.25\n"),
        "- golden, + printed\n    one\n  + three\n    two 0.25\n  - three\n"
    );
    assert_eq!(
        report(&golden, ""),
        "- golden, + printed\n  - one\n  - two [SECONDS]\n  - three\n"
    );
}

#[test]
fn a_mismatch_by_thread_shows_the_threads_that_differ() {
    let golden = by_thread("a: 1\nb: 1\na: 2\nb: 2\n", "").expect("a sound golden");
    assert_eq!(
        report(&golden, "b: 1\na: 1\nb: 3\na: 2\n"),
        "- golden, + printed\nlines of b:\n    b: 1\n  - b: 2\n  + b: 3\n"
    );
    assert_eq!(
        report(&golden, "a: 1\na: 2\nb: 1\nb: 2\nc: 1\n\n"),
        "- golden, + printed\nline 6 belongs to no thread of the golden: \nlines of c:\n  + c: 1\n"
    );
}

#[test]
fn a_mismatch_between_threads_names_both_lines() {
    let golden = by_thread("a: 1\nb: 1\n", "pairs = [['a: 1', 'b: 1']]\n").expect("a sound golden");
    assert_eq!(
        report(&golden, "b: 1\na: 1\n"),
        "out of order:\n  line 1 came first: b: 1\n  line 2 must precede: a: 1\n"
    );
    let golden = by_thread(
        "a: in [LIST]\n",
        "roster = 'in (.*)'\n[placeholders]\nLIST = '.*'\n",
    );
    let golden = golden.expect("a sound golden");
    assert!(golden.check("a: in ['a']\n").is_ok());
    assert_eq!(
        report(&golden, "a: in []\n"),
        "line 1 lists [], but the lines before it leave ['a']\n"
    );
}

#[test]
fn blessing_keeps_the_placeholders_of_the_lines_it_knows() {
    let text = "[TIMESTAMP] slept [SECONDS]\n[TIMESTAMP] done\n";
    let run = "2018-05-01 15:39:49,561 start\n2018-05-01 15:39:49,562 done\n2018-05-01 15:39:49,563 slept 0.25\n";
    assert_eq!(
        golden::blessed(text, "order = 'listed'", run),
        Ok("[TIMESTAMP] start\n[TIMESTAMP] done\n[TIMESTAMP] slept [SECONDS]\n".to_owned())
    );
}

#[test]
fn blessing_does_not_mind_rules_that_speak_of_new_lines() {
    let rules = format!("{BY_THREAD}pairs = [['a: 2', 'b: 2']]\n");
    let text =
        golden::blessed("a: 1\nb: 2\n", &rules, "a: 2\nb: 2\n").expect("rules that can be read");
    assert!(Golden::parse(&text, &rules).is_ok(), "{text}");
}

#[test]
fn a_first_golden_accepts_the_run_that_it_was_made_of() {
    let run = "2018-05-01 15:39:49,561 at 0x00000000026014C8 for 0.25\n";
    let (text, rules) = golden::first(run);
    assert_eq!(text, "[TIMESTAMP] at [ADDRESS] for 0.25\n");
    let golden = Golden::parse(&text, &rules).expect("a sound golden");
    assert!(golden.check(run).is_ok());
}
