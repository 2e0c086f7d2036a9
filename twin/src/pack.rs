//! `twin pack`: a park into one file.

use std::time::Instant;

use spatial_db::package::{PackOptions, PackStep, pack};

use crate::cli::PackArguments;
use crate::failure::Failure;
use crate::parks::store;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::scenes::to_pack;

pub(crate) fn run(arguments: &PackArguments) -> Result<(), Failure> {
    let began = Instant::now();
    let progress = Progress::new(arguments.json);
    let tell = |step: PackStep| match step.all {
        0 => progress.show(step.step, &arguments.park),
        all => progress.share(step.done as f64 / all as f64, step.step),
    };
    let options = PackOptions {
        force: arguments.force,
        stamp: arguments.stamp,
        scenes: to_pack(&arguments.park, &arguments.scene, !arguments.no_bookmarks)?,
        program: format!("twin {}", env!("CARGO_PKG_VERSION")),
        cancel: Some(cancel_on_interrupt()),
        progress: &tell,
        ..PackOptions::default()
    };
    let packed = pack(&mut store()?, &arguments.park, &arguments.out, &options);
    progress.finish();
    let packed = packed?;
    let seconds = began.elapsed().as_secs_f64();
    if arguments.json {
        return print::json(&serde_json::json!({
            "out": arguments.out,
            "bytes": packed.bytes,
            "packed": packed.packed,
            "park": packed.park,
            "tables": packed.tables,
            "seconds": seconds,
        }));
    }
    let rows: Vec<Vec<String>> =
        packed.tables.iter().map(|table| vec![table.table.clone(), table.rows.to_string()]).collect();
    print::table(&["table", "rows"], &rows)?;
    let out = arguments.out.display();
    let synthetic = if packed.park.synthetic { " — SYNTHETIC data" } else { "" };
    print::line(format!(
        "{}, dated {}{synthetic}: {out}, {:.1} MB, {seconds:.1} s; `twin view {out}` or QGIS opens it",
        packed.park.name,
        packed.packed.format("%Y-%m-%d %H:%M UTC"),
        packed.bytes as f64 / 1e6,
    ))
}
