//! What else runs on the machine: said at the start, and watched while a case is measured, so that
//! nobody believes a spoilt run.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use crate::command_line::Extent;
use crate::posix;

/// A case is disturbed when others took more than this share of the processor while it ran.
const TOLERATED: f64 = 0.03;

/// A case is disturbed when a check before it or after it lost more than this share.
const TOLERATED_IN_CHECK: f64 = 0.1;

/// How long each half of a spinning check takes.
const CHECK: Duration = Duration::from_millis(10);

/// What the system says of all processors together, in ticks: at work, and kept from work by a
/// hypervisor.
#[derive(Debug, Clone, Copy, Default)]
struct Ticks {
    busy: u64,
    stolen: u64,
}

impl Ticks {
    fn now() -> Ticks {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let numbers: Vec<u64> = text
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .map(|number| number.parse().unwrap_or(0))
            .collect();
        // user, nice, system, idle, iowait, irq, softirq, steal, …
        let of = |indices: &[usize]| indices.iter().filter_map(|&index| numbers.get(index)).sum();
        Ticks {
            busy: of(&[0, 1, 2, 5, 6]),
            stolen: of(&[7]),
        }
    }
}

/// What other programs take of the machine before the first case.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    cores: usize,
    load: String,
    stolen: f64,
    check: f64,
    /// The programs that ran, and what share of one core each took.
    others: Vec<(String, f64)>,
}

impl Surroundings {
    /// Returns what runs before a run of this extent, which waits for a quiet machine unless it is
    /// only to see that everything works.
    pub(crate) fn before(extent: Extent) -> Surroundings {
        if extent.once {
            Surroundings::look()
        } else {
            Surroundings::wait_until_quiet()
        }
    }

    /// Waits until the machine is left alone, for ten seconds at most: when a program has ended,
    /// such as a build, the system is busy with its remains for a moment. Returns what the last
    /// look saw.
    fn wait_until_quiet() -> Surroundings {
        const PATIENCE: Duration = Duration::from_secs(10);
        let start = Instant::now();
        loop {
            let surroundings = Surroundings::look();
            if surroundings.is_quiet() || start.elapsed() > PATIENCE {
                return surroundings;
            }
        }
    }

    fn is_quiet(&self) -> bool {
        self.others.is_empty() && self.stolen <= TOLERATED && self.check <= TOLERATED_IN_CHECK
    }

    /// Looks for half a second.
    fn look() -> Surroundings {
        const LOOK: Duration = Duration::from_millis(500);
        /// The share of a core above which a program is named: two ticks.
        const SHOWN: f64 = 0.04;
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let (ticks, used) = (Ticks::now(), used_by_others());
        thread::sleep(LOOK);
        let cores = posix::allowed_cores().len();
        let seconds = |ticks: u64| ticks as f64 / posix::ticks_per_second();
        let mut others: Vec<(String, f64)> = used_by_others()
            .into_iter()
            .filter_map(|(id, (name, now))| {
                let before = used.get(&id).map_or(now, |(_, before)| *before);
                let share = seconds(now - before) / LOOK.as_secs_f64();
                (share >= SHOWN).then_some((name, share))
            })
            .collect();
        others.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let stolen = seconds(Ticks::now().stolen - ticks.stolen);
        Surroundings {
            cores,
            load: load.split_whitespace().next().unwrap_or("?").to_owned(),
            stolen: stolen / LOOK.as_secs_f64() / cores as f64,
            check: spinning_check(),
            others,
        }
    }
}

impl Display for Surroundings {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} cores, load {}, {:.0} % stolen; spinning threads lost {:.1} % of them; ",
            self.cores,
            self.load,
            100.0 * self.stolen,
            100.0 * self.check
        )?;
        match self.others.as_slice() {
            [] => write!(formatter, "nothing else runs."),
            others => {
                let others: Vec<String> = others
                    .iter()
                    .take(5)
                    .map(|(name, share)| format!("{name} ({:.0} %)", 100.0 * share))
                    .collect();
                write!(formatter, "**others run: {}.**", others.join(", "))
            }
        }
    }
}

/// Returns the processor time, in ticks, of each process but this one and its parents, and its
/// name.
fn used_by_others() -> BTreeMap<u32, (String, u64)> {
    let mut processes = BTreeMap::new();
    let Ok(entries) = fs::read_dir("/proc") else {
        return processes;
    };
    for id in entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    {
        if id == process::id() {
            continue;
        }
        // A process that has ended meanwhile has no such file.
        let Ok(text) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        // The name is in brackets, and may contain brackets itself.
        let Some(((_, name), rest)) = text
            .rsplit_once(") ")
            .and_then(|(name, rest)| Some((name.split_once(" (")?, rest)))
        else {
            continue;
        };
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
        let used = ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0);
        processes.insert(id, (name.to_owned(), used));
    }
    processes
}

/// Lets a thread spin on each core, and returns the share of the time that these threads did not
/// get. The lesser of two checks in a row counts, since what disturbs a case lasts, and a hiccup
/// does not.
fn spinning_check() -> f64 {
    spin().min(spin())
}

fn spin() -> f64 {
    /// Longer than an interrupt takes.
    const GAP: Duration = Duration::from_micros(50);
    let cores = posix::allowed_cores();
    let shares: f64 = thread::scope(|scope| {
        let spin = |core| {
            posix::pin(core);
            let start = Instant::now();
            let (mut lost, mut last) = (Duration::ZERO, start);
            while last - start < CHECK {
                let now = Instant::now();
                if now - last > GAP {
                    lost += now - last;
                }
                last = now;
            }
            lost.as_secs_f64() / (last - start).as_secs_f64()
        };
        let threads: Vec<_> = cores
            .iter()
            .map(|&core| scope.spawn(move || spin(core)))
            .collect();
        let shares = threads.into_iter().map(|thread| thread.join());
        shares
            .map(|share| share.expect("spinning does not panic"))
            .sum()
    });
    shares / cores.len() as f64
}

/// How much others took while a case ran, as shares of all cores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Disturbance {
    /// The share that other processes took than those of the bench.
    pub(crate) others: f64,
    pub(crate) stolen: f64,
    /// The share that a spinning check did not get: the worse of the checks before and after.
    pub(crate) check: f64,
}

impl Disturbance {
    #[cfg(test)]
    pub(crate) const NONE: Disturbance = Disturbance {
        others: 0.0,
        stolen: 0.0,
        check: 0.0,
    };

    /// Returns what to write beside the case; `None` if the case was left alone.
    pub(crate) fn mark(self) -> Option<String> {
        let Disturbance {
            others,
            stolen,
            check,
        } = self;
        if others.max(stolen) <= TOLERATED && check <= TOLERATED_IN_CHECK {
            return None;
        }
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        Some(format!(
            "others took {} of the machine, the hypervisor {}, and a spinning check lost {}",
            percent(others),
            percent(stolen),
            percent(check)
        ))
    }
}

/// Watches the machine from `begin` to `end`. The processes that the bench starts meanwhile must
/// have ended, so that what they used is known.
pub(crate) struct Watch {
    check: f64,
    start: Instant,
    ticks: Ticks,
    own: Duration,
}

impl Watch {
    pub(crate) fn begin() -> Watch {
        Watch {
            check: spinning_check(),
            start: Instant::now(),
            ticks: Ticks::now(),
            own: posix::time_of_all(),
        }
    }

    pub(crate) fn end(self) -> Disturbance {
        let (ticks, own) = (Ticks::now(), posix::time_of_all() - self.own);
        // The system counts the ticks of all cores, also of those that are not ours to use.
        let whole = self.start.elapsed().as_secs_f64() * posix::allowed_cores().len() as f64;
        let seconds = |ticks: u64| ticks as f64 / posix::ticks_per_second();
        let others = seconds(ticks.busy - self.ticks.busy) - own.as_secs_f64();
        // Less than two ticks for each core may be an error of rounding.
        let tick = posix::allowed_cores().len() as f64 / posix::ticks_per_second();
        Disturbance {
            others: if others < 2.0 * tick {
                0.0
            } else {
                others / whole
            },
            stolen: seconds(ticks.stolen - self.ticks.stolen) / whole,
            check: self.check.max(spinning_check()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_marked_if_others_took_much() {
        let quiet = Disturbance {
            others: 0.01,
            ..Disturbance::NONE
        };
        assert_eq!(quiet.mark(), None);
        let mark = Disturbance {
            others: 0.5,
            ..quiet
        }
        .mark()
        .unwrap();
        assert!(mark.contains("50 %"), "{mark}");
    }
}
