//! Parking as channels use it: a thread that waits leaves its handle where others find it, and
//! parks; whoever has served it unparks it. A token may be there for another reason, so each looks
//! again; a timed wait that runs out takes its handle back, or is served after all.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tl_core::door::Mutex;
use tl_thread::{Thread, current_thread, park, park_deadline, park_timeout, spawn};

const MESSAGES: u64 = if cfg!(sanitize_thread) { 300 } else { 3_000 };

/// A waiter: a receiver, until there is a message here; or a sender, until its message is gone
/// from here.
struct Waiter {
    thread: Thread,
    message: Mutex<Option<u64>>,
}

impl Waiter {
    fn new(message: Option<u64>) -> Arc<Waiter> {
        Arc::new(Waiter {
            thread: current_thread(),
            message: Mutex::new(message),
        })
    }

    fn give(&self, message: u64) {
        *self.message.lock() = Some(message);
        self.thread.unpark();
    }

    fn take(&self) -> Option<u64> {
        let message = self.message.lock().take();
        self.thread.unpark();
        message
    }
}

#[derive(Default)]
struct State {
    messages: VecDeque<u64>,
    receivers: VecDeque<Arc<Waiter>>,
    senders: VecDeque<Arc<Waiter>>,
    is_closed: bool,
}

struct Channel {
    state: Mutex<State>,
    /// 0: each message goes from hand to hand.
    capacity: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Nothing {
    InTime,
    Closed,
}

impl Channel {
    fn new(capacity: usize) -> Arc<Channel> {
        Arc::new(Channel {
            state: Mutex::new(State::default()),
            capacity,
        })
    }

    /// Returns whether the channel took the message.
    fn send(&self, message: u64) -> bool {
        let mut state = self.state.lock();
        if state.is_closed {
            return false;
        }
        if let Some(receiver) = state.receivers.pop_front() {
            receiver.give(message);
            return true;
        }
        if state.messages.len() < self.capacity {
            state.messages.push_back(message);
            return true;
        }
        let waiter = Waiter::new(Some(message));
        state.senders.push_back(Arc::clone(&waiter));
        drop(state);
        while waiter.message.lock().is_some() {
            if self.state.lock().is_closed {
                // It may have been taken just before.
                return waiter.message.lock().take().is_none();
            }
            park();
        }
        true
    }

    fn receive(&self, deadline: Instant) -> Result<u64, Nothing> {
        let mut state = self.state.lock();
        let next_sender = |state: &mut State| state.senders.pop_front()?.take();
        if let Some(message) = state.messages.pop_front() {
            if let Some(next) = next_sender(&mut state) {
                state.messages.push_back(next);
            }
            return Ok(message);
        }
        if let Some(message) = next_sender(&mut state) {
            return Ok(message);
        }
        if state.is_closed {
            return Err(Nothing::Closed);
        }
        let waiter = Waiter::new(None);
        state.receivers.push_back(Arc::clone(&waiter));
        drop(state);
        loop {
            if let Some(message) = waiter.message.lock().take() {
                return Ok(message);
            }
            let in_time = park_deadline(deadline);
            let mut state = self.state.lock();
            if in_time && !state.is_closed {
                continue;
            }
            state.receivers.retain(|other| !Arc::ptr_eq(other, &waiter));
            // Perhaps a sender was faster than the time.
            let late = waiter.message.lock().take();
            return late.ok_or(if state.is_closed {
                Nothing::Closed
            } else {
                Nothing::InTime
            });
        }
    }

    fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        let state = &mut *state;
        for waiter in state.receivers.iter().chain(&state.senders) {
            waiter.thread.unpark();
        }
        state.senders.clear();
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[test]
fn every_message_arrives_once_whatever_the_capacity() {
    for capacity in [0, 1, 16] {
        let channel = Channel::new(capacity);
        let (sum, ran_out) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let receivers = [(); 3].map(|()| {
            let (channel, sum, ran_out) =
                (Arc::clone(&channel), Arc::clone(&sum), Arc::clone(&ran_out));
            spawn(move || {
                for round in 0.. {
                    // One in three is as good as a try.
                    let patient = round % 3 != 0;
                    let deadline = if patient { far() } else { Instant::now() };
                    match channel.receive(deadline) {
                        Ok(message) => {
                            sum.fetch_add(message, Ordering::Relaxed);
                        }
                        Err(Nothing::InTime) => {
                            assert!(!patient);
                            ran_out.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(Nothing::Closed) => break,
                    }
                }
                // One token may be left of all that, not more.
                let _left = park_timeout(Duration::ZERO);
                assert!(!park_timeout(Duration::ZERO));
            })
        });
        let senders = [0, 1].map(|number| {
            let channel = Arc::clone(&channel);
            spawn(move || {
                for message in 0..MESSAGES {
                    assert!(channel.send(2 * message + number));
                }
            })
        });
        for sender in senders {
            sender.join().unwrap();
        }
        channel.close();
        for receiver in receivers {
            receiver.join().unwrap();
        }
        let all = 2 * MESSAGES;
        assert_eq!(
            sum.load(Ordering::Relaxed),
            all * (all - 1) / 2,
            "{capacity}"
        );
    }
}

#[test]
fn closing_releases_all_that_are_parked() {
    let channel = Channel::new(0);
    let receivers = [(); 3].map(|()| {
        let channel = Arc::clone(&channel);
        spawn(move || channel.receive(far()))
    });
    while channel.state.lock().receivers.len() < 3 {
        std::thread::yield_now();
    }
    channel.close();
    for receiver in receivers {
        assert_eq!(receiver.join().unwrap(), Err(Nothing::Closed));
    }

    let channel = Channel::new(1);
    let senders = [1, 2, 3].map(|message| {
        let channel = Arc::clone(&channel);
        spawn(move || channel.send(message))
    });
    while channel.state.lock().senders.len() < 2 {
        std::thread::yield_now();
    }
    channel.close();
    let sent = senders.map(|sender| sender.join().unwrap());
    assert_eq!(sent.iter().filter(|sent| **sent).count(), 1);
    assert!(channel.receive(far()).is_ok());
    assert_eq!(channel.receive(far()), Err(Nothing::Closed));
    assert!(!channel.send(4));
}

#[test]
fn a_timed_receiver_gives_up_in_time_and_leaves_nothing_behind() {
    let channel = Channel::new(0);
    let timeout = Duration::from_millis(5);
    // A token from before does not end it early.
    current_thread().unpark();
    let start = Instant::now();
    assert_eq!(channel.receive(start + timeout), Err(Nothing::InTime));
    assert!(start.elapsed() >= timeout);
    assert!(channel.state.lock().receivers.is_empty());
    // What is sent now does not go to the receiver that has left.
    let sender = spawn({
        let channel = Arc::clone(&channel);
        move || channel.send(7)
    });
    assert_eq!(channel.receive(far()), Ok(7));
    assert!(sender.join().unwrap());
}
