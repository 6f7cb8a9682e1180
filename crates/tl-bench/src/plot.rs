//! Charts, as SVG.

use std::error::Error;
use std::fs;
use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::case::Who;
use crate::growth::Grown;
use crate::text;

/// Writes one chart a growth to `directory`, which is made if it is not there.
pub(crate) fn write(grown: &[Grown], directory: &Path) -> Result<(), Box<dyn Error>> {
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
            is_x_logarithmic: true,
        }
        .write(directory, grown.growth.id)?;
    }
    Ok(())
}

pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) is_ours: bool,
    /// The second of each is nanoseconds.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A chart with a logarithmic axis of times.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: &'a str,
    pub(crate) y: &'a str,
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) is_x_logarithmic: bool,
}

impl Chart<'_> {
    /// Writes it to `NAME.svg` in a directory, which is made if it is not there.
    pub(crate) fn write(&self, directory: &Path, name: &str) -> Result<(), Box<dyn Error>> {
        fs::create_dir_all(directory)?;
        let file = directory.join(format!("{name}.svg"));
        let points = || {
            self.lines
                .iter()
                .flat_map(|line| line.points.iter().copied())
        };
        let (left, right) = range(points().map(|(x, _)| x));
        match self.is_x_logarithmic {
            true => self.draw(
                &file,
                (left..right * 1.05).log_scale(),
                range(points().map(|(_, y)| y)),
            ),
            false => {
                let x: std::ops::Range<f64> = left..right + 0.05 * (right - left);
                self.draw(&file, x, range(points().map(|(_, y)| y)))
            }
        }
    }

    fn draw<X>(&self, file: &Path, x: X, (low, high): (f64, f64)) -> Result<(), Box<dyn Error>>
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let root = SVGBackend::new(file, (800, 500)).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .caption(self.title, ("sans-serif", 20))
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(75)
            .build_cartesian_2d(x, (low / 1.5..high * 1.5).log_scale())?;
        chart
            .configure_mesh()
            .x_desc(self.x)
            .y_desc(self.y)
            .y_label_formatter(&|nanos| text::duration(*nanos))
            // There are no halves of what it counts.
            .x_label_formatter(&|size| match size.fract() {
                0.0 => format!("{size:.0}"),
                _ => String::new(),
            })
            .light_line_style(WHITE)
            .draw()?;
        for (index, line) in self.lines.iter().enumerate() {
            let color = match line.is_ours {
                true => BLACK.to_rgba(),
                false => Palette99::pick(index).to_rgba(),
            };
            let style = color.stroke_width(if line.is_ours { 3 } else { 2 });
            chart
                .draw_series(LineSeries::new(line.points.iter().copied(), style).point_size(3))?
                .label(line.name)
                .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 20, y)], style));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK)
            .draw()?;
        root.present()?;
        Ok(())
    }
}

/// The least and the greatest.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}
