//! `twin film`: a tour of the park as MP4.

use std::sync::atomic::Ordering;
use std::time::Instant;

use twin_engine::{FilmOptions, Language, Tour, film};

use crate::cli::{Compared, FilmArguments, OverlayName};
use crate::failure::Failure;
use crate::live::{ALL, LATER};
use crate::origin::Origin;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::scenes::tour;
use crate::shot::input;

pub(crate) fn run(arguments: &FilmArguments) -> Result<(), Failure> {
    let tour = tour(Origin::of(&arguments.park), arguments.tour.as_deref())?;
    let progress = Progress::new(arguments.json);
    let photo = tour.stops.iter().any(|stop| stop.scene.photo);
    let input = input(&arguments.park, &overlays(&tour), None, &Compared::default(), None, photo, &progress)?;
    let options = FilmOptions {
        out: arguments.out.clone(),
        width: arguments.size.0,
        height: arguments.size.1,
        fps: arguments.fps,
        language: arguments.lang.map_or_else(Language::from_environment, Into::into),
        frame: !arguments.no_frame,
    };
    let cancelled = cancel_on_interrupt();
    let began = Instant::now();
    let filmed = film(input, &tour, &options, &mut |done, count| {
        let rate = f64::from(done) / began.elapsed().as_secs_f64().max(1e-3);
        let left = f64::from(count - done) / rate;
        progress.share(
            f64::from(done) / f64::from(count.max(1)),
            &format!("picture {done} of {count}, {rate:.1} a second, {left:.0} s left"),
        );
        !cancelled.load(Ordering::SeqCst)
    });
    progress.finish();
    let report = filmed.map_err(|source| Failure::Film { source: Box::new(source) })?;
    if arguments.json {
        return print::json(&serde_json::json!({
            "out": arguments.out,
            "width": arguments.size.0,
            "height": arguments.size.1,
            "fps": arguments.fps,
            "frames": report.frames,
            "seconds": report.seconds,
            "stops": tour.stops.len(),
            "adapter": report.adapter,
        }));
    }
    print::line(format!(
        "{} ({}×{}, {:.1} s, {} pictures, {})",
        arguments.out.display(),
        arguments.size.0,
        arguments.size.1,
        report.seconds,
        report.frames,
        report.adapter
    ))
}

/// The overlays that a tour is filmed with: of those that a hydraulic engine has to be run for, only what a stop shows.
fn overlays(tour: &Tour) -> Vec<OverlayName> {
    let is_shown = |name: &OverlayName| {
        tour.stops.iter().any(|stop| {
            let beside = stop.scene.split.as_ref().and_then(|split| split.overlay.as_deref());
            [stop.scene.overlay.as_deref(), beside].contains(&Some(name.word()))
        })
    };
    ALL.into_iter().filter(|name| !LATER.contains(name) || is_shown(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressures_are_worked_out_for_a_tour_that_shows_them() {
        let made = |scene: &str| {
            let stops = "(name: \"a\", scene: (format_version: 1)), (name: \"b\", scene: (format_version: 1, SCENE))";
            let text = format!("(format_version: 1, stops: [{}])", stops.replace("SCENE", scene));
            overlays(&Tour::parse(&text).unwrap())
        };
        let others: Vec<OverlayName> = ALL.into_iter().filter(|name| !LATER.contains(name)).collect();
        assert_eq!(made(""), others);
        assert_eq!(made("overlay: \"networks\""), others);
        for shown in ["overlay: \"pressure\"", "overlay: \"idle\", split: (overlay: \"pressure\")"] {
            assert_eq!(made(shown), ALL, "{shown}");
        }
    }
}
