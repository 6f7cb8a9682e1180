//! The charts of cost as work grows.

use std::io;
use std::path::Path;

use crate::case::Who;
use crate::chart::{Chart, Horizontal, Line};
use crate::growth::Grown;

/// Writes one chart for each growth to `directory`, which is made if it does not exist.
pub(crate) fn write(grown: &[Grown], directory: &Path) -> io::Result<()> {
    for grown in grown {
        let lines = grown.contenders().into_iter().map(|who| Line {
            name: who.label(),
            is_ours: who == Who::Ours,
            points: grown
                .line(who)
                .into_iter()
                .map(|(size, nanos)| (size as f64, nanos))
                .collect(),
        });
        Chart {
            title: grown.growth.name,
            x: grown.growth.of,
            y: "an operation",
            lines: lines.collect(),
            horizontal: Horizontal::Logarithmic,
        }
        .write(directory, grown.growth.id)?;
    }
    Ok(())
}
