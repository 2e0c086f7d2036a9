//! `twin film`: a tour of the park as MP4.

use std::sync::atomic::Ordering;
use std::time::Instant;

use twin_engine::{FilmOptions, Language, film};

use crate::cli::{Compared, FilmArguments};
use crate::failure::Failure;
use crate::live::ALL;
use crate::origin::Origin;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::scenes::tour;
use crate::shot::input;

pub(crate) fn run(arguments: &FilmArguments) -> Result<(), Failure> {
    let tour = tour(Origin::of(&arguments.park), arguments.tour.as_deref())?;
    let progress = Progress::new(arguments.json);
    let photo = tour.stops.iter().any(|stop| stop.scene.photo);
    let input = input(&arguments.park, &ALL, None, &Compared::default(), None, photo, &progress)?;
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
