//! The charts of cost as work grows, as SVG.

use std::error::Error;
use std::fs;
use std::path::Path;

use plotters::prelude::*;

use crate::case::Who;
use crate::growth::Grown;
use crate::report;

/// Writes one chart a growth to `directory`, which is made if it is not there.
pub(crate) fn write(grown: &[Grown], directory: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    for grown in grown {
        chart(grown, &directory.join(format!("{}.svg", grown.growth.id)))?;
    }
    Ok(())
}

fn chart(grown: &Grown, file: &Path) -> Result<(), Box<dyn Error>> {
    let lines: Vec<(Who, Vec<(f64, f64)>)> = grown
        .contenders()
        .into_iter()
        .map(|who| {
            let line = grown.line(who).into_iter();
            (
                who,
                line.map(|(size, nanos)| (size as f64, nanos)).collect(),
            )
        })
        .collect();
    let points = || lines.iter().flat_map(|(_, line)| line.iter().copied());
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let (left, right) = range(&mut points().map(|(size, _)| size));
    let (low, high) = range(&mut points().map(|(_, nanos)| nanos));

    let root = SVGBackend::new(file, (800, 500)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(grown.growth.name, ("sans-serif", 20))
        .margin(15)
        .x_label_area_size(45)
        .y_label_area_size(75)
        .build_cartesian_2d(
            (left..right * 1.05).log_scale(),
            (low / 1.5..high * 1.5).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc(grown.growth.of)
        .y_desc("an operation")
        .y_label_formatter(&|nanos| report::duration(*nanos))
        .x_label_formatter(&|size| format!("{size:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for (index, (who, line)) in lines.into_iter().enumerate() {
        let color = match who {
            Who::Ours => BLACK.to_rgba(),
            _ => Palette99::pick(index).to_rgba(),
        };
        let style = color.stroke_width(if who == Who::Ours { 3 } else { 2 });
        chart
            .draw_series(LineSeries::new(line, style).point_size(3))?
            .label(who.label())
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
