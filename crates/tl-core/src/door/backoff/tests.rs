use super::*;

fn history() -> &'static History {
    Box::leak(Box::new(History::new()))
}

/// Returns how many spins in vain it takes until waiters sleep at once.
fn score(history: &History) -> u32 {
    let mut score = 0;
    while history.says_that_spinning_pays() {
        history.record_failure(1);
        score += 1;
    }
    score
}

#[test]
fn a_spin_ends_by_itself() {
    for new in [Backoff::patient, Backoff::contended, Backoff::notified] {
        let mut backoff = new(history());
        while backoff.snooze() {}
        assert!(!backoff.snooze());
    }
}

#[test]
fn a_spin_in_vain_costs_score_and_one_that_pays_does_not() {
    let (in_vain, pays) = (history(), history());
    let mut backoff = Backoff::patient(in_vain);
    while backoff.snooze() {}
    let mut backoff = Backoff::patient(pays);
    assert!(backoff.snooze());
    backoff.woke_early();
    assert!(score(in_vain) < score(pays));
}

#[test]
fn a_spin_that_was_interrupted_counts_as_in_vain() {
    let (interrupted, fresh) = (history(), history());
    let mut backoff = Backoff::patient(interrupted);
    assert!(backoff.snooze());
    (backoff.began, backoff.last) = (1, 1);
    backoff.woke_early();
    assert!(score(interrupted) < score(fresh));
}

#[test]
fn a_wait_that_was_over_at_the_first_look_says_nothing() {
    let (over, fresh) = (history(), history());
    assert!(Backoff::patient(over).look_until(Deadline::NEVER, || true));
    assert_eq!(score(over), score(fresh));
}

#[test]
fn a_thread_that_competes_again_and_again_looks_later_at_first() {
    for (last, expected) in [(1, CONTENDED.first_pauses), (u64::MAX, HOT_PAUSES)] {
        LAST_COMPETED.set(last);
        let mut backoff = Backoff::contended(history());
        // Where there is one core no thread spins.
        if backoff.snooze() {
            assert_eq!(backoff.manner.first_pauses, expected);
        }
    }
    LAST_COMPETED.set(u64::MAX);
    let mut backoff = Backoff::notified(history());
    backoff.snooze();
    assert_eq!(backoff.manner.first_pauses, NOTIFIED.first_pauses);
}

#[test]
fn what_precedes_the_first_look_is_no_part_of_the_spin() {
    let mut backoff = Backoff::patient(history());
    (backoff.began, backoff.last) = (1, 1);
    for _ in 0..=PATIENT.first_looks {
        assert!(backoff.snooze());
    }
}
