//! `cargo xtask timeline`: runs examples, and keeps what each printed and an SVG of what happened.
//!
//! The waits in a picture are not guessed: the program records them, by `tl_inspect::trace`.

pub mod draw;
pub mod record;
pub mod recorded;
pub mod trace;

use std::fs;
use std::process::Command;

use console::style;

use crate::examples::{self, GOLDENS};
use crate::flags::Timeline;
use crate::golden::Golden;
use crate::verify::verdict::TIME_LIMIT;
use crate::{Outcome, workspace};

/// Where the pictures are, each beside the output of its run, from the workspace's root.
pub const PICTURES: &str = "docs/timelines";
/// Where the traces are, from the workspace's root.
const TRACES: &str = "target/timeline/traces";

/// Runs the task. The examples run one at a time, so that they don't disturb each other.
///
/// # Errors
///
/// When an example does not exist, can't be built or run, or prints what its golden does not
/// accept, and when a picture can't be written.
pub fn run(options: &Timeline) -> Outcome {
    let root = workspace::root();
    // With `--all` none is named.
    let names = examples::select(&root, &options.names)?;
    let programs = recorded::build(&root, &names)?;
    let traces = root.join(TRACES);
    fs::create_dir_all(&traces).map_err(|e| format!("can't create {}: {e}", traces.display()))?;
    let pictures = root.join(PICTURES);
    fs::create_dir_all(&pictures)
        .map_err(|e| format!("can't create {}: {e}", pictures.display()))?;
    for name in &names {
        let golden = Golden::read(&root.join(GOLDENS), name)?;
        let trace = traces.join(name).with_extension("json");
        if trace.exists() {
            fs::remove_file(&trace)?;
        }
        let mut program = Command::new(&programs[name]);
        program.env(recorded::TRACE, &trace);
        let mut recording =
            record::record(program, TIME_LIMIT).map_err(|e| format!("{name}: {e}"))?;
        recording.waits = trace::read(&trace, recording.first_line)?;
        golden
            .check(&recording.output())
            .map_err(|e| format!("{name} did not print what its golden promises:\n{e}"))?;
        let picture = draw::draw(name, &recording, golden.lanes());
        for (extension, text) in [("txt", recording.output()), ("svg", picture)] {
            let path = pictures.join(name).with_extension(extension);
            fs::write(&path, text).map_err(|e| format!("can't write {}: {e}", path.display()))?;
        }
        println!("{PICTURES}/{}", style(format_args!("{name}.svg")).cyan());
        if options.perfetto && trace.exists() {
            println!("{TRACES}/{}", style(format_args!("{name}.json")).cyan());
        }
    }
    Ok(true)
}
