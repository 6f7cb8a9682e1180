//! The processes that the bench starts: the ones that compute beside it, and one for each sample,
//! so that a peer that hangs can be ended. All die with the bench, however that ends.

use std::error::Error;
use std::hint::black_box;
use std::io::Read;
use std::process::{self, Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::{env, io};

use serde_json::Value;

use super::cases;
use super::waits::Waits;
use crate::{measure, posix};

/// How much longer than its budget a sample may take.
const PATIENCE: Duration = Duration::from_secs(5);

fn this_program(flag: &str) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([flag, &process::id().to_string()]);
    Ok(command)
}

/// Processes that do nothing but compute, until they are dropped.
pub(crate) struct Loops(Vec<Child>);

impl Loops {
    pub(crate) fn start(count: usize) -> io::Result<Loops> {
        let mut loops = Loops(Vec::new());
        for _ in 0..count {
            let mut child = this_program("--loop-child")?;
            child.stdin(Stdio::null()).stdout(Stdio::null());
            loops.0.push(child.spawn()?);
        }
        // Leaves time for all of them to begin, and for the system to spread them.
        thread::sleep(Duration::from_millis(if count > 0 { 20 } else { 0 }));
        Ok(loops)
    }
}

impl Drop for Loops {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // If this one has ended already, the others are killed all the same.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Computes until it is killed.
pub(crate) fn run_as_loop(parent: u32) -> ! {
    posix::die_with(parent);
    let mut value = 1_u64;
    loop {
        value = black_box(value.wrapping_mul(0x5851_f42d_4c95_7f2d));
    }
}

/// Takes one sample of a contender, in a process of its own. The error says what went wrong.
pub(crate) fn sample(case: &str, contender: &str, budget: Duration) -> Result<Waits, String> {
    let start = || {
        this_program("--sample-child")?
            .args([case, contender, &budget.as_nanos().to_string()])
            .arg(measure::steps_per_nano().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
    };
    let mut child = start().map_err(|error| error.to_string())?;
    let mut output = child.stdout.take().expect("it is piped");
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        let _ = sender.send(output.read_to_string(&mut text).map(|_| text));
    });
    let text = receiver.recv_timeout(budget * 20 + PATIENCE);
    if text.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    reader.join().expect("reading does not panic");
    let Ok(text) = text else {
        return Err("hung, and was killed".to_owned());
    };
    let value: Value = text
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str(&text).map_err(|_| format!("ended with {status}")))?;
    Waits::from_json(&value).ok_or_else(|| format!("printed {value}, which is no sample"))
}

/// Takes the sample that the arguments name, and prints it.
pub(crate) fn run_as_sample(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [parent, case, contender, budget, steps] = arguments else {
        return Err("a sample has five arguments".into());
    };
    posix::die_with(parent.parse()?);
    measure::set_steps_per_nano(steps.parse()?);
    let cases = cases::all();
    let contender = cases
        .iter()
        .filter(|other| other.id == *case)
        .flat_map(|case| &case.contenders)
        .find(|other| other.name == contender)
        .ok_or("there is no such contender")?;
    let waits = (contender.sample)(Duration::from_nanos(budget.parse()?));
    println!("{}", waits.to_json());
    // Does not wait for threads of a peer that are still at work.
    process::exit(0);
}
