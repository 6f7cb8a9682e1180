//! What a sample records: how long each wait was, and what all of them cost.

use std::time::Duration;

use serde_json::{Value, json};

use super::figures::{Figure, Figures};

/// How many buckets there are for each power of two: they are 1.6 % wide.
const STEPS: u64 = 64;

/// Counts waits by their length. All its memory is allocated at the beginning, so that recording
/// allocates none.
pub(crate) struct Histogram {
    counts: Vec<u32>,
    count: u64,
    sum: u64,
    greatest: u64,
}

impl Histogram {
    pub(crate) fn new() -> Histogram {
        Histogram {
            // Written, not only allocated, so that each page is in memory before the first wait.
            counts: vec![1; bucket(u64::MAX) + 1]
                .into_iter()
                .map(|one| one - 1)
                .collect(),
            count: 0,
            sum: 0,
            greatest: 0,
        }
    }

    pub(crate) fn record(&mut self, wait: Duration) {
        let nanos = wait.as_nanos() as u64;
        self.counts[bucket(nanos)] += 1;
        self.count += 1;
        self.sum += nanos;
        self.greatest = self.greatest.max(nanos);
    }

    pub(crate) fn add(&mut self, other: &Histogram) {
        for (count, other) in self.counts.iter_mut().zip(&other.counts) {
            *count += other;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.greatest = self.greatest.max(other.greatest);
    }

    /// Returns the buckets that are not empty, with their numbers.
    fn to_json(&self) -> Value {
        let counts = self
            .counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0);
        json!({ "counts": counts.collect::<Vec<_>>(), "sum": self.sum, "greatest": self.greatest })
    }

    fn from_json(value: &Value) -> Option<Histogram> {
        let mut histogram = Histogram::new();
        for pair in value["counts"].as_array()? {
            let (index, count) = (pair[0].as_u64()?, pair[1].as_u64()?);
            *histogram.counts.get_mut(index as usize)? += count as u32;
            histogram.count += count;
        }
        histogram.sum = value["sum"].as_u64()?;
        histogram.greatest = value["greatest"].as_u64()?;
        Some(histogram)
    }

    /// Returns how many waits there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn mean(&self) -> f64 {
        self.sum as f64 / self.count as f64
    }

    /// Returns the nanoseconds that this share of the waits does not exceed, rounded up to the end
    /// of a bucket.
    fn percentile(&self, share: f64) -> f64 {
        let rank = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= rank {
                return upper_end(index).min(self.greatest as f64);
            }
        }
        self.greatest as f64
    }
}

/// Nanoseconds below `STEPS` have a bucket each; above, each power of two has `STEPS` of them.
fn bucket(nanos: u64) -> usize {
    let power = u64::from(nanos.max(1).ilog2());
    let shift = power.saturating_sub(STEPS.ilog2().into());
    (shift * STEPS + (nanos >> shift)) as usize
}

/// Returns the greatest number of nanoseconds in a bucket.
fn upper_end(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < 2 * STEPS {
        return bucket as f64;
    }
    let shift = bucket / STEPS - 1;
    ((bucket - shift * STEPS + 1) as f64) * 2_f64.powi(shift as i32) - 1.0
}

/// One sample.
pub(crate) struct Waits {
    pub(crate) histogram: Histogram,
    /// The processor time of the operations, all threads together.
    pub(crate) processor: Duration,
    pub(crate) operations: u64,
    /// Items that were overwritten before they were consumed. They do not count as operations.
    pub(crate) lost: Option<u64>,
    /// The operations of the slowest thread divided by those of the fastest.
    pub(crate) fairness: Option<f64>,
}

impl Waits {
    pub(crate) fn new(histogram: Histogram, processor: Duration, operations: u64) -> Waits {
        Waits {
            histogram,
            processor,
            operations,
            lost: None,
            fairness: None,
        }
    }

    /// Adds the sample of another process.
    pub(crate) fn add(&mut self, other: &Waits) {
        self.histogram.add(&other.histogram);
        self.processor += other.processor;
        self.operations += other.operations;
        let sum = |a: u64, b| Some(a + b?);
        self.lost = self.lost.and_then(|lost| sum(lost, other.lost));
        let less = |a: f64, b: Option<f64>| Some(a.min(b?));
        self.fairness = self
            .fairness
            .and_then(|fairness| less(fairness, other.fairness));
    }

    /// Returns what a process tells the bench that started it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "waits": self.histogram.to_json(),
            "processor": self.processor.as_nanos() as u64,
            "operations": self.operations,
            "lost": self.lost,
            "fairness": self.fairness,
        })
    }

    pub(crate) fn from_json(value: &Value) -> Option<Waits> {
        Some(Waits {
            histogram: Histogram::from_json(&value["waits"])?,
            processor: Duration::from_nanos(value["processor"].as_u64()?),
            operations: value["operations"].as_u64()?,
            lost: value["lost"].as_u64(),
            fairness: value["fairness"].as_f64(),
        })
    }

    /// Returns the figures for the report. A sample without a single wait is an error.
    pub(crate) fn figures(&self) -> Result<Figures, String> {
        let waits = &self.histogram;
        if waits.count == 0 || self.operations == 0 {
            return Err("not one wait ended in a sample".to_owned());
        }
        let mut figures = Figures::default();
        figures[Figure::Mean] = Some(waits.mean());
        figures[Figure::P50] = Some(waits.percentile(0.5));
        figures[Figure::P99] = Some(waits.percentile(0.99));
        figures[Figure::P999] = Some(waits.percentile(0.999));
        figures[Figure::Greatest] = Some(waits.greatest as f64);
        figures[Figure::Processor] =
            Some(self.processor.as_nanos() as f64 / self.operations as f64);
        figures[Figure::Waits] = Some(waits.count as f64);
        let share = |lost: u64| lost as f64 / (lost + self.operations) as f64;
        figures[Figure::Lost] = self.lost.map(share);
        figures[Figure::Fairness] = self.fairness;
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_lies_in_its_bucket_and_above_the_one_before() {
        for nanos in (0..200_000).chain([u64::MAX / 3, u64::MAX]) {
            let index = bucket(nanos);
            assert!(upper_end(index) >= nanos as f64, "{nanos} in {index}");
            assert!(
                index == 0 || upper_end(index - 1) < nanos as f64,
                "{nanos} in {index}"
            );
        }
    }

    #[test]
    fn what_two_processes_did_is_taken_together() {
        let sample = |micros, lost, fairness| {
            let mut waits = Histogram::new();
            waits.record(Duration::from_micros(micros));
            Waits {
                lost: Some(lost),
                fairness: Some(fairness),
                ..Waits::new(waits, Duration::from_micros(10), 2)
            }
        };
        let mut both = sample(1, 0, 0.5);
        both.add(&sample(3, 4, 0.25));
        let figures = both.figures().unwrap();
        assert_eq!(figures[Figure::Mean], Some(2_000.0));
        assert_eq!(figures[Figure::Greatest], Some(3_000.0));
        assert_eq!(figures[Figure::Processor], Some(5_000.0));
        assert_eq!(figures[Figure::Lost], Some(0.5));
        assert_eq!(figures[Figure::Fairness], Some(0.25));
    }

    #[test]
    fn the_figures_are_those_of_the_waits() {
        let mut waits = Histogram::new();
        for micros in 1..=1000 {
            waits.record(Duration::from_micros(micros));
        }
        let figures = Waits::new(waits, Duration::from_micros(5000), 1000)
            .figures()
            .unwrap();
        assert_eq!(figures[Figure::Mean], Some(500_500.0));
        assert_eq!(figures[Figure::Greatest], Some(1_000_000.0));
        assert_eq!(figures[Figure::Processor], Some(5_000.0));
        let p99 = figures[Figure::P99].unwrap();
        assert!((990_000.0..1_010_000.0).contains(&p99), "{p99}");
        assert_eq!(figures[Figure::Lost], None);
    }
}
