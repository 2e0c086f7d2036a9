//! `twin gltf`: features of a park as a file for 3D programs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use spatial_db::model::FeatureKind;
use twin_engine::{GltfError, GltfExport, GltfOptions, GltfPlace, GltfReport, Language, features_in};

use crate::cli::{GltfArguments, GltfLayer};
use crate::failure::Failure;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::shot::input;

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(50);

impl From<GltfLayer> for FeatureKind {
    fn from(layer: GltfLayer) -> Self {
        match layer {
            GltfLayer::Buildings => Self::Building,
            GltfLayer::Parcels => Self::Parcel,
            GltfLayer::Pipes => Self::NetworkEdge,
            GltfLayer::Fittings => Self::NetworkNode,
            GltfLayer::Roads => Self::RoadEdge,
            GltfLayer::Surfaces => Self::Surface,
            GltfLayer::Resources => Self::EmergencyResource,
            GltfLayer::Hazards => Self::HazardSource,
        }
    }
}

pub(crate) fn run(arguments: &GltfArguments) -> Result<(), Failure> {
    let failed = |source: GltfError| Failure::Gltf { source: Box::new(source) };
    let progress = Progress::new(arguments.json);
    let input =
        input(&arguments.park, &[arguments.overlay], arguments.as_of, &arguments.compared, None, false, &progress)?;
    let kinds: Vec<FeatureKind> = if arguments.layer.is_empty() {
        vec![FeatureKind::Building, FeatureKind::Parcel, FeatureKind::NetworkEdge]
    } else {
        arguments.layer.iter().map(|layer| (*layer).into()).collect()
    };
    let place = match arguments.within {
        Some(sides) => GltfPlace::Box(sides),
        None if arguments.parcels.is_empty() => GltfPlace::Park,
        None => GltfPlace::Parcels(arguments.parcels.clone()),
    };
    let ids = features_in(&input.snapshot, &place, &kinds).map_err(failed)?;
    let options = GltfOptions {
        theme: arguments.theme.into(),
        language: arguments.lang.map_or_else(Language::from_environment, Into::into),
    };
    let cancelled = cancel_on_interrupt();
    let export = GltfExport::new(&input, ids, options).map_err(failed)?;
    let written = write(&export, arguments, &progress, &cancelled);
    progress.finish();
    let report = written.map_err(failed)?;
    let park = &input.snapshot.park;
    if arguments.json {
        return print::json(&serde_json::json!({
            "out": arguments.out,
            "features": report.features,
            "without_shape": report.without_shape,
            "triangles": report.triangles,
            "bytes": report.bytes,
            "overlay": arguments.overlay.word(),
            "epsg": park.srid,
            "synthetic": park.synthetic,
        }));
    }
    print::line(format!(
        "{}: {} features of {}, {} triangles, {:.1} MB, EPSG:{}{}",
        arguments.out.display(),
        report.features,
        park.name,
        report.triangles,
        report.bytes as f64 / 1e6,
        park.srid,
        if park.synthetic { " — SYNTHETIC data" } else { "" },
    ))
}

/// Writes beside the thread that tells how far it is.
fn write(
    export: &GltfExport,
    arguments: &GltfArguments,
    progress: &Progress,
    cancelled: &AtomicBool,
) -> Result<GltfReport, GltfError> {
    let (done, stop, all) = (export.done(), export.cancel(), export.len().max(1));
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| export.write(&arguments.out));
        while !writing.is_finished() {
            stop.fetch_or(cancelled.load(Ordering::SeqCst), Ordering::SeqCst);
            let done = done.load(Ordering::Relaxed);
            progress.share(done as f64 / all as f64, &format!("{done} of {all} features"));
            std::thread::sleep(LOOK);
        }
        writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
