//! The fields of a `Runnable` are its arguments.
//!
//! Chapter 5: Subclassing Thread.

use std::collections::BTreeMap;
use std::error::Error;

use log::{LevelFilter, debug};
use tl_core::logging::BasicConfig;
use tl_examples::python;
use tl_thread::{Runnable, Thread};

struct MyThreadWithArgs {
    args: (u32,),
    kwargs: BTreeMap<&'static str, &'static str>,
}

impl Runnable for MyThreadWithArgs {
    fn run(&mut self) {
        let (args, kwargs) = (
            python::collection(&self.args),
            python::collection(&self.kwargs),
        );
        debug!("running with {args} and {kwargs}");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    BasicConfig::new()
        .level(LevelFilter::Debug)
        .format("(%(threadName)-10s) %(message)s")
        .init()?;

    for number in 0..5 {
        let runnable = MyThreadWithArgs {
            args: (number,),
            kwargs: BTreeMap::from([("a", "A"), ("b", "B")]),
        };
        Thread::from_runnable(runnable).start()?;
    }
    Ok(())
}
