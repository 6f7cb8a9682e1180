//! Case 11: the identity and the name of the calling thread.

use std::cell::Cell;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

use crate::bar::Bar;
use crate::case::{Case, Outcome};
use crate::measure::per_call;
use crate::posix;

fn read<T>(read: impl Fn() -> T) -> impl FnMut(Duration) -> Outcome {
    move |budget| {
        per_call(budget, || {
            black_box(read());
        })
    }
}

/// Returns the limit's number, from a thread-local that needs no initialiser.
fn number() -> u64 {
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(7) };
    }
    NUMBER.get()
}

/// Returns the length of the limit's name, which lives as long as the process.
fn name_length() -> usize {
    thread_local! {
        static NAME: Cell<&'static str> = const { Cell::new("MainThread") };
    }
    NAME.get().len()
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("11", "Identity: get_ident")
            .limit(read(number))
            .ours(read(tl_thread::get_ident))
            .peer("pthread_self", read(posix::pthread_self))
            .peer("std current()", read(|| thread::current().id()))
            .peer("gettid", read(posix::gettid))
            .python("11 ident", 5.0)
            .bar(Bar::nanos(1.0)),
        Case::new("11", "Identity: current name, without a copy")
            .limit(read(name_length))
            .ours(read(|| tl_core::with_current_name(str::len)))
            .peer(
                "std current()",
                read(|| thread::current().name().map_or(0, str::len)),
            )
            .python("11 name", 5.0)
            .bar(Bar::row("std current()", 0.3)),
    ]
}
