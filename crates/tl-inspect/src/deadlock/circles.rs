//! The circles among threads that are stuck.

use std::collections::{HashSet, VecDeque};

use tl_core::{ThreadIdent, current_ident, door};
use tl_thread::{Thread, pending};

use super::stuck::Stuck;
use crate::observers;

/// Returns the circles in which each thread waits for what the next one holds. Each circle begins
/// with its oldest thread, and no thread is in two.
pub(super) fn held(stuck: &Stuck) -> Vec<Vec<ThreadIdent>> {
    let mut circles = Vec::new();
    let mut done = HashSet::new();
    let mut starts: Vec<ThreadIdent> = stuck.waits.keys().copied().collect();
    starts.sort();
    let mut in_circle = HashSet::new();
    for start in starts {
        if !done.insert(start) {
            continue;
        }
        // The threads on the way from the start, and for each how many of the threads that it waits
        // for have been followed.
        let mut way = vec![(start, 0)];
        while let Some((at, left)) = way.last_mut() {
            let Some(holder) = stuck.holders(*at).get(*left) else {
                way.pop();
                continue;
            };
            *left += 1;
            let next = holder.thread;
            if let Some(begin) = way.iter().position(|(ident, _)| *ident == next) {
                let mut circle: Vec<_> = way[begin..].iter().map(|(ident, _)| *ident).collect();
                if circle.iter().any(|ident| in_circle.contains(ident)) {
                    continue;
                }
                in_circle.extend(circle.iter().copied());
                let oldest = circle.iter().enumerate().min_by_key(|(_, ident)| **ident);
                let oldest = oldest.map_or(0, |(index, _)| index);
                circle.rotate_left(oldest);
                circles.push(circle);
            } else if stuck.contains(next) && done.insert(next) {
                way.push((next, 0));
            }
        }
    }
    circles
}

/// Returns the circles through barriers, if no thread is left that can come to one.
pub(super) fn through_barriers(stuck: &Stuck, threads: &[Thread]) -> Vec<Vec<ThreadIdent>> {
    let is_held =
        |wait: &door::Wait| !stuck.holders(wait.thread).is_empty() || wait.parties.is_some();
    // Every thread alive must be stuck in a wait that only another one of these threads can end.
    let looks = |ident: ThreadIdent| ident == current_ident() || observers::contains(ident);
    for thread in threads {
        let is_stuck = thread
            .ident()
            .is_some_and(|ident| looks(ident) || stuck.waits.get(&ident).is_some_and(is_held));
        if !is_stuck || pending::is_pending(thread) {
            return Vec::new();
        }
    }
    for wait in stuck.waits.values() {
        let mut holders = stuck.holders(wait.thread).iter();
        let is_free = holders.any(|holder| !stuck.contains(holder.thread));
        if !is_held(wait) || looks(wait.thread) || is_free {
            return Vec::new();
        }
    }
    let mut circles: Vec<Vec<ThreadIdent>> = Vec::new();
    let mut seen = HashSet::new();
    let waits = stuck.waits.values();
    let mut arrived: Vec<_> = waits.filter(|wait| wait.parties.is_some()).collect();
    arrived.sort_by_key(|wait| wait.thread);
    for wait in arrived {
        if seen.insert(wait.object) {
            circles.extend(through_barrier(stuck, wait));
        }
    }
    circles
}

/// Returns the shortest way from a thread that has arrived at a barrier, through one that has not,
/// back to one that has.
fn through_barrier(stuck: &Stuck, first: &door::Wait) -> Option<Vec<ThreadIdent>> {
    let has_arrived = |ident: &ThreadIdent| {
        let wait = &stuck.waits[ident];
        wait.parties.is_some() && wait.object == first.object
    };
    let missing_at = |barrier: usize| {
        let mut missing: Vec<_> = stuck
            .waits
            .values()
            .filter(|wait| wait.parties.is_none() || wait.object != barrier)
            .collect();
        // Threads that wait for a lock first: they tell a reader more than those that join.
        missing.sort_by_key(|wait| {
            (
                wait.call.operation().name().starts_with("join"),
                wait.thread,
            )
        });
        missing.into_iter().map(|wait| wait.thread).collect()
    };
    let mut ways: VecDeque<Vec<ThreadIdent>> = VecDeque::from([vec![first.thread]]);
    let mut visited = HashSet::from([first.thread]);
    while let Some(way) = ways.pop_front() {
        let last = &stuck.waits[way.last()?];
        let next: Vec<ThreadIdent> = match stuck.holders(last.thread) {
            [] => missing_at(last.object),
            holders => holders.iter().map(|holder| holder.thread).collect(),
        };
        for ident in next {
            if way.len() > 1 && has_arrived(&ident) {
                let mut way = way;
                if ident != first.thread {
                    // The circle closes at another thread that has arrived; put that one first.
                    way[0] = ident;
                }
                return Some(way);
            }
            if visited.insert(ident) {
                let mut way = way.clone();
                way.push(ident);
                ways.push_back(way);
            }
        }
    }
    None
}
