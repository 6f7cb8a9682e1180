//! As many timers' functions as may run at once, all of which wait for a timer that therefore never
//! fires. The page of the timers warns of it; here is how it looks.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use support::in_child;
use tl_event::Event;
use tl_inspect::{State, snapshot};
use tl_timer::{MAX_RUNNING, Timer};

const LIMIT: Duration = Duration::from_secs(240);

#[test]
fn a_snapshot_shows_functions_that_wait_for_a_timer_for_which_they_leave_no_place() {
    in_child(
        "a_snapshot_shows_functions_that_wait_for_a_timer_for_which_they_leave_no_place",
        || {
            static DONE: Event = Event::new();
            let new = |function: fn()| {
                Timer::new(Duration::ZERO, function)
                    .with_stack_size(64 * 1024)
                    .with_daemon(true)
            };
            for _ in 0..MAX_RUNNING {
                new(|| DONE.wait()).start().unwrap();
            }
            let waiting = || {
                let seen = snapshot();
                let waits = seen.threads().iter().filter_map(|thread| thread.wait());
                waits.filter(|wait| wait.primitive() == "Event").count()
            };
            let begin = Instant::now();
            while waiting() < MAX_RUNNING {
                assert!(begin.elapsed() < LIMIT, "{} of them wait", waiting());
                thread::sleep(Duration::from_millis(10));
            }
            let last = new(|| DONE.set()).with_name("sets it");
            last.start().unwrap();
            assert_eq!(last.join_timeout(Duration::from_millis(100)), Ok(false));

            let seen = snapshot();
            let found = seen.thread(last.ident().unwrap()).unwrap();
            assert!(
                matches!(found.state(), State::Pending { due_in: Some(time) } if time.is_zero())
            );
            let text = seen.to_string();
            assert!(text.contains("sets it"), "{text}");
            assert!(
                text.contains("is a timer, due now: its call has not begun"),
                "{text}"
            );
            // All wait at one place, and so they are one entry.
            assert_eq!(text.matches("Event::wait").count(), 1, "{text}");

            // Nothing is lost: one place is enough.
            DONE.set();
            assert_eq!(last.join_timeout(LIMIT), Ok(true));
        },
    );
}
