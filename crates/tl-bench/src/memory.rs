//! What things take in memory: their sizes here, and how much the heap and the process grow for
//! each in `footprint.rs`.

use std::mem::size_of;

use crate::footprint;
use crate::text::table;

pub(crate) const ID: &str = "memory";

/// The size of one of ours beside those of its peers, and the most it may be.
struct Size {
    name: &'static str,
    ours: usize,
    most: Option<usize>,
    peers: Vec<(&'static str, usize)>,
}

macro_rules! size {
    ($name:literal, $ours:expr, $most:expr, [$($peer:literal $type:ty),*]) => {
        Size { name: $name, ours: $ours, most: $most, peers: vec![$(($peer, size_of::<$type>())),*] }
    };
}

fn sizes() -> Vec<Size> {
    use tl_condition::{Condition, Monitor};
    use tl_locks::{Lock, RLock, RwLock};
    let condition_alone = size_of::<Condition<RLock>>() - size_of::<RLock>();
    vec![
        size!("Lock", size_of::<Lock>(), Some(4), [
            "std" std::sync::Mutex<()>,
            "parking_lot" parking_lot::Mutex<()>,
            "usync" usync::Mutex<()>,
            "pthread" libc::pthread_mutex_t
        ]),
        size!("RLock", size_of::<RLock>(), Some(16), [
            "parking_lot" parking_lot::ReentrantMutex<()>,
            "usync" usync::ReentrantMutex<()>,
            "pthread" libc::pthread_mutex_t
        ]),
        size!("RwLock", size_of::<RwLock<()>>(), None, [
            "std" std::sync::RwLock<()>,
            "parking_lot" parking_lot::RwLock<()>,
            "usync" usync::RwLock<()>
        ]),
        size!("Condition without its lock", condition_alone, Some(24), [
            "std" std::sync::Condvar,
            "parking_lot" parking_lot::Condvar,
            "usync" usync::Condvar,
            "pthread" libc::pthread_cond_t
        ]),
        size!("Monitor of a byte", size_of::<Monitor<u8>>(), None, [
            "std" (std::sync::Mutex<u8>, std::sync::Condvar),
            "parking_lot" (parking_lot::Mutex<u8>, parking_lot::Condvar)
        ]),
        size!("Event", size_of::<tl_event::Event>(), Some(4), [
            "rsevents" rsevents::ManualResetEvent,
            "synchronoise" synchronoise::SignalEvent,
            "std" (std::sync::Mutex<bool>, std::sync::Condvar)
        ]),
        size!("Semaphore", size_of::<tl_semaphore::Semaphore>(), Some(8), [
            "sem_t" libc::sem_t,
            "rsevents-extra" rsevents_extra::Semaphore,
            "std-semaphore" std_semaphore::Semaphore,
            "tokio" tokio::sync::Semaphore
        ]),
        size!("Barrier", size_of::<tl_barrier::Barrier>(), Some(64), [
            "std" std::sync::Barrier,
            "hurdles" hurdles::Barrier,
            "pthread" libc::pthread_barrier_t
        ]),
    ]
}

/// Returns all tables, as Markdown, with the verdicts.
pub(crate) fn tables() -> String {
    let sizes: Vec<Vec<String>> = sizes()
        .into_iter()
        .map(|size| {
            let peers: Vec<String> = size
                .peers
                .iter()
                .map(|(peer, bytes)| format!("{peer} {bytes}"))
                .collect();
            let bar = match size.most {
                None => "–".to_owned(),
                Some(most) if size.ours <= most => format!("≤ {most}: met"),
                Some(most) => format!("**≤ {most}: missed**"),
            };
            vec![
                size.name.to_owned(),
                size.ours.to_string(),
                peers.join(", "),
                bar,
            ]
        })
        .collect();
    format!(
        "{}\n{}",
        table(&["size in bytes", "ours", "peers", "bar"], &[2, 3], &sizes),
        footprint::table()
    )
}
