//! `twin film`: a tour of the park as MP4; and how a window has its views filmed by a process of its own.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use twin_engine::{FilmOffice, FilmOptions, FilmOrder, FilmReport, FilmTold, Language, Tour, film, still, stills};

use crate::cli::{Compared, FilmArguments, OverlayName};
use crate::failure::Failure;
use crate::live::{ALL, LATER};
use crate::origin::Origin;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::said::{in_a_line, in_words};
use crate::scenes::tour;
use crate::shot::input;

/// Has a park filmed by this program, once more.
#[derive(Debug)]
struct Office {
    /// Short name of the park, or path of a package.
    park: String,
}

/// Whoever has `park` (its short name, or the path of a package) filmed by a process of its own.
pub(crate) fn office(park: &str) -> Arc<dyn FilmOffice> {
    Arc::new(Office { park: park.to_owned() })
}

impl FilmOffice for Office {
    fn command(&self, order: &FilmOrder) -> std::io::Result<Command> {
        let FilmOptions { out, width, height, fps, language, frame } = &order.options;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["film", &self.park, "--tour", "-", "--told", "--out"]).arg(out);
        command.args(["--size", &format!("{width}x{height}"), "--fps", &fps.to_string()]);
        command.args(["--lang", if *language == Language::Chinese { "zh" } else { "en" }]);
        if let Some(day) = order.day {
            command.args(["--as-of", &day.to_string()]);
        }
        if !frame {
            command.arg("--no-frame");
        }
        if order.still {
            command.arg("--still");
        }
        crate::rules::pass_on(&mut command);
        Ok(command)
    }
}

pub(crate) fn run(arguments: &FilmArguments) -> Result<(), Failure> {
    let made = make(arguments);
    if arguments.told {
        let told = match &made {
            Ok((_, report)) => FilmTold::Made(report.clone()),
            Err(failure) => {
                let said = in_words(failure);
                let language = language(arguments);
                if language != Language::English {
                    print::line(FilmTold::Said(in_a_line(&said, language)).line())?;
                }
                FilmTold::Failed(in_a_line(&said, Language::English))
            }
        };
        print::line(told.line())?;
        return made.map(|_| ());
    }
    let (tour, report) = made?;
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

fn language(arguments: &FilmArguments) -> Language {
    arguments.lang.map_or_else(Language::from_environment, Into::into)
}

fn make(arguments: &FilmArguments) -> Result<(Tour, FilmReport), Failure> {
    let tour = tour(Origin::of(&arguments.park), arguments.tour.as_deref())?;
    let progress = Progress::new(arguments.json || arguments.told);
    let photo = tour.stops.iter().any(|stop| stop.scene.photo);
    let input =
        input(&arguments.park, &overlays(&tour), arguments.as_of, &Compared::default(), None, photo, &progress)?;
    let options = FilmOptions {
        out: arguments.out.clone(),
        width: arguments.size.0,
        height: arguments.size.1,
        fps: arguments.fps,
        language: language(arguments),
        frame: !arguments.no_frame,
    };
    let cancelled = cancel_on_interrupt();
    if arguments.still {
        progress.show("drawing", &arguments.out.display().to_string());
        let draw = if arguments.each { stills } else { still };
        let drawn = draw(input, &tour, &options, Some(cancelled));
        progress.finish();
        return Ok((tour, drawn.map_err(|source| Failure::Film { source: Box::new(source) })?));
    }
    let began = Instant::now();
    let filmed = film(input, &tour, &options, &mut |done, count| {
        let rate = f64::from(done) / began.elapsed().as_secs_f64().max(1e-3);
        let left = f64::from(count - done) / rate;
        progress.share(
            f64::from(done) / f64::from(count.max(1)),
            &format!("picture {done} of {count}, {rate:.1} a second, {left:.0} s left"),
        );
        // A window that is gone wants no film.
        let is_heard = !arguments.told || print::line(FilmTold::Picture { done, of: count }.line()).is_ok();
        is_heard && !cancelled.load(Ordering::SeqCst)
    });
    progress.finish();
    let report = filmed.map_err(|source| Failure::Film { source: Box::new(source) })?;
    Ok((tour, report))
}

/// The overlays that a tour is filmed with: of those that a hydraulic engine has to be run for, only what a stop shows; and what
/// prospects asked for in vain where a stop shows that, which is in the database and not in the park.
fn overlays(tour: &Tour) -> Vec<OverlayName> {
    let is_shown = |name: &OverlayName| {
        tour.stops.iter().any(|stop| {
            let beside = stop.scene.split.as_ref().and_then(|split| split.overlay.as_deref());
            [stop.scene.overlay.as_deref(), beside].contains(&Some(name.word()))
        })
    };
    let given = ALL.into_iter().filter(|name| !LATER.contains(name) || is_shown(name));
    given.chain([OverlayName::Protection, OverlayName::Unmet].into_iter().filter(is_shown)).collect()
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
        assert_eq!(made("overlay: \"unmet\""), [&others[..], &[OverlayName::Unmet]].concat());
        assert_eq!(made("overlay: \"protection\""), [&others[..], &[OverlayName::Protection]].concat());
    }
}
