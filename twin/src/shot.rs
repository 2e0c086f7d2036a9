//! `twin shot`, and the overlays of a park that it shares with `twin view`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use analysis::emergency::{emergency_overlay, protection_overlay, security_overlay};
use analysis::issues::issue_overlay;
use analysis::land::{idle_overlay_in_cases, utilisation_overlay};
use analysis::network::answers::Network;
use analysis::network::capacity::{Capacity, capacity_overlay, parcels_left};
use analysis::network::hydraulics::{
    Asked, Demand, Given, HydraulicsError, Which, park_plant, pressure_overlay, without_pressures,
};
use analysis::network::network_overlay;
use analysis::overlay::Overlay;
use analysis::projects::projects_overlay;
use analysis::rules::RuleSet;
use chrono::NaiveDate;
use clap::ValueEnum;
use serde::Serialize;
use spatial_db::cache::Cache;
use spatial_db::model::{NetworkClass, ParkSnapshot, Presence};
use twin_engine::{CameraChoice, CaptureOptions, Language, OverlayOn, SceneFile, ThemeChoice, TimeSource, TwinInput};

use crate::at_hand::AtHand;
use crate::changes;
use crate::cli::{Compared, LanguageName, OverlayName, ShotArguments, ThemeName};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::print;
use crate::progress::{Progress, cancel_on_interrupt};
use crate::report::unmet::Record;
use crate::rules::tables;
use crate::scenario::laid_over;

impl OverlayName {
    /// The overlay's name in the engine.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Utilisation => "utilisation",
            Self::Idle => "idle",
            Self::Projects => "projects",
            Self::Emergency => "emergency",
            Self::Security => "security",
            Self::Protection => "protection",
            Self::Networks => "networks",
            Self::Capacity => "capacity",
            Self::Pressure => "pressure",
            Self::Changes => "changes",
            Self::Issues => "issues",
            Self::Unmet => "unmet",
        }
    }
}

impl From<LanguageName> for Language {
    fn from(name: LanguageName) -> Self {
        match name {
            LanguageName::En => Self::English,
            LanguageName::Zh => Self::Chinese,
        }
    }
}

impl From<ThemeName> for ThemeChoice {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Daylight => Self::Daylight,
            ThemeName::Dark => Self::Dark,
        }
    }
}

/// Hour of a working day at which people are counted who would go to a place of assembly.
const WORKING_HOUR: u32 = 10;

/// Pixels of imagery that are loaded, at most: as many as the engine lays on the ground.
pub(crate) const MOST_PIXELS: u64 = 4096 * 4096;

/// Loads the park (a short name, or the path of a package) and computes the wanted overlays for a date.
pub(crate) fn input(
    park: &str,
    wanted: &[OverlayName],
    as_of: Option<NaiveDate>,
    compared: &Compared,
    scenario: Option<&Path>,
    photo: bool,
    progress: &Progress,
) -> Result<TwinInput, Failure> {
    let origin = Origin::of(park);
    if wanted.contains(&OverlayName::Changes) {
        return match origin {
            Origin::Store(slug) => changes::input(slug, as_of, compared, progress),
            Origin::Package(path) => Err(Failure::ChangesOfPackage { path: path.to_path_buf() }),
        };
    }
    let (snapshot, imagery) = origin.load(photo, progress)?;
    let snapshot = laid_over(snapshot, scenario)?;
    let cache = indexed(&snapshot);
    // Idle land counts cases as its list does, so that one day has one state. A day that is asked for is meant.
    let record = snapshot.park.as_of.filter(|_| as_of.is_none());
    let cases = if wanted.contains(&OverlayName::Idle) { AtHand::of(origin, record)? } else { None };
    let (mut overlays, mut time) = overlays(&cache, wanted, as_of, cases.as_ref(), &mut |name, _| {
        progress.show("computing the overlay", name.word());
    });
    // Who asked for what is in the database, not in the park.
    if let Some(at) = wanted.iter().position(|name| *name == OverlayName::Unmet) {
        let record = Record::of(origin)?;
        overlays.insert(at.min(overlays.len()), Arc::new(record.overlay(&cache, time.as_of)));
        time.overlay_on = record.beside(time.overlay_on, &cache);
    }
    let active = wanted.first().map(|name| name.word().to_owned());
    Ok(TwinInput {
        snapshot,
        overlays,
        active,
        imagery: imagery.map(Arc::new),
        time: Some(time),
        planner: None,
        apart: None,
    })
}

/// The index of a park, to be shared by everything that asks it.
pub(crate) fn indexed(snapshot: &Arc<ParkSnapshot>) -> Arc<Cache> {
    Arc::new(Cache::build(Arc::clone(snapshot)))
}

/// The wanted overlays over a park for a date, the park's own if none is given, and what makes them for another. `hear` is
/// told each before it is made, and how many are. `cases` are those of the park, where they are at hand.
pub(crate) fn overlays(
    cache: &Arc<Cache>,
    wanted: &[OverlayName],
    as_of: Option<NaiveDate>,
    cases: Option<&AtHand>,
    hear: &mut dyn FnMut(OverlayName, usize),
) -> (Vec<Arc<Overlay>>, TimeSource) {
    let as_of = as_of.or(cache.snapshot().park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    let rules = &tables().land;
    let made = |(done, name): (usize, &OverlayName)| {
        hear(*name, done);
        overlay(*name, cache, rules, cases, as_of).map(Arc::new)
    };
    let overlays = wanted.iter().enumerate().filter_map(made).collect();
    (
        overlays,
        TimeSource { as_of, overlay_on: overlay_on(cache, wanted, cases.cloned()), later: Vec::new(), at_once: None },
    )
}

/// What makes the wanted overlays of a park for any day.
pub(crate) fn overlay_on(cache: &Arc<Cache>, wanted: &[OverlayName], cases: Option<AtHand>) -> OverlayOn {
    let (cache, names, rules) = (Arc::clone(cache), wanted.to_vec(), &tables().land);
    Arc::new(move |day: NaiveDate, wanted: &str| {
        let name = names.iter().find(|name| name.word() == wanted)?;
        overlay(*name, &cache, rules, cases.as_ref(), day)
    })
}

/// One overlay of a day. Changes need a park of two moments, unmet demand the record of prospects: see `input` and `Record`.
fn overlay(
    name: OverlayName,
    cache: &Cache,
    rules: &RuleSet,
    cases: Option<&AtHand>,
    as_of: NaiveDate,
) -> Option<Overlay> {
    match name {
        OverlayName::Utilisation => Some(utilisation_overlay(cache, rules, as_of)),
        OverlayName::Idle => Some(idle_overlay_in_cases(cache, rules, cases.map(|cases| cases.on(as_of)), as_of)),
        OverlayName::Projects => Some(projects_overlay(cache, as_of)),
        OverlayName::Emergency => Some(emergency_overlay(cache, rules, as_of)),
        OverlayName::Security => Some(security_overlay(cache, rules, as_of)),
        OverlayName::Protection => Some(protection_overlay(cache, rules, as_of, WORKING_HOUR)),
        OverlayName::Networks => Some(network_overlay(cache, rules, as_of)),
        OverlayName::Capacity => capacity(cache, as_of),
        OverlayName::Pressure => Some(pressure(cache, as_of)),
        OverlayName::Changes | OverlayName::Unmet => None,
        OverlayName::Issues => Some(issue_overlay(cache, as_of)),
    }
}

/// Power left on a day, with the commitments to that day.
fn capacity(cache: &Cache, as_of: NaiveDate) -> Option<Overlay> {
    let park = cache.snapshot();
    let (tables, there) = (tables(), Presence::on(park, as_of));
    let power = Capacity::of(park, &there, &tables.topology, &tables.capacity, "power").ok()?;
    Some(capacity_overlay(&power, &parcels_left(&power, as_of), as_of))
}

/// Pressures on a day at the hour of most use, or why there are none.
fn pressure(cache: &Cache, as_of: NaiveDate) -> Overlay {
    let park = cache.snapshot();
    let (tables, there) = (tables(), Presence::on(park, as_of));
    let rules = &tables.hydraulics;
    let network = Network::of(park, &there, NetworkClass::Water, &tables.topology, HashMap::new());
    let made = network.map_err(HydraulicsError::Network).and_then(|network| {
        let (plant, assumed) = park_plant(&network, rules, &tables.capacity, &Given::default())?;
        let asked = Asked { which: Which::Pressure, demand: Demand::AsModelled, at_s: 0, closed: Vec::new() };
        let answer = plant.answer(Some(&network), &asked, rules, &assumed)?;
        let notes = answer.sheet.notes.clone();
        Ok(pressure_overlay(park, &plant, None, &answer.before, rules, as_of, notes))
    });
    made.unwrap_or_else(|error| without_pressures(&error, as_of))
}

#[derive(Serialize)]
struct Row {
    class: String,
    count: usize,
    measure: Option<String>,
}

/// What to draw: from the scene file if one is named, else from the arguments.
struct View {
    overlay: OverlayName,
    as_of: Option<NaiveDate>,
    theme: ThemeChoice,
    underground: bool,
    photo: bool,
    camera: CameraChoice,
    scene: Option<SceneFile>,
}

impl View {
    fn of(arguments: &ShotArguments) -> Result<Self, Failure> {
        let Some(path) = &arguments.scene else {
            return Ok(Self {
                overlay: arguments.overlay,
                as_of: arguments.as_of,
                theme: arguments.theme.into(),
                underground: arguments.underground,
                photo: arguments.imagery,
                camera: CameraChoice::default(),
                scene: None,
            });
        };
        let mut scene = crate::scenes::scene(Origin::of(&arguments.park), path)?;
        let overlay = match &scene.overlay {
            None => arguments.overlay,
            Some(name) => overlay_of_scene(path, name)?,
        };
        // A scene that names no overlay takes the one asked for.
        if scene.recolour.is_none() {
            scene.overlay = Some(overlay.word().to_owned());
        }
        scene.photo |= arguments.imagery;
        Ok(Self {
            overlay,
            as_of: scene.as_of,
            theme: scene.theme,
            underground: scene.underground,
            photo: scene.photo,
            camera: scene.camera,
            scene: Some(scene),
        })
    }
}

fn overlay_of_scene(path: &Path, name: &str) -> Result<OverlayName, Failure> {
    OverlayName::from_str(name, false).map_err(|_| {
        let known: Vec<&str> = OverlayName::value_variants().iter().map(|one| one.word()).collect();
        Failure::SceneOverlay { path: path.to_owned(), overlay: name.to_owned(), known: known.join(", ") }
    })
}

pub(crate) fn run(arguments: &ShotArguments) -> Result<(), Failure> {
    let view = View::of(arguments)?;
    let progress = Progress::new(arguments.json);
    let mut wanted = vec![view.overlay];
    let other = view.scene.as_ref().and_then(|scene| scene.split.as_ref()?.overlay.as_deref());
    if let (Some(path), Some(name)) = (&arguments.scene, other) {
        let other = overlay_of_scene(path, name)?;
        wanted.extend(Some(other).filter(|other| *other != view.overlay));
    }
    let scenario = arguments.scenario.as_deref();
    let input = input(&arguments.park, &wanted, view.as_of, &arguments.compared, scenario, view.photo, &progress)?;
    let (asked, synthetic) = (input.overlays[0].heading(), input.snapshot.park.synthetic);
    progress.show("drawing", &arguments.out.display().to_string());
    let options = CaptureOptions {
        out: arguments.out.clone(),
        width: arguments.size.0,
        height: arguments.size.1,
        theme: view.theme,
        language: arguments.lang.map_or_else(Language::from_environment, Into::into),
        underground: view.underground,
        photo: view.photo,
        camera: view.camera,
        scene: view.scene,
        ..CaptureOptions::default()
    };
    let cancelled = cancel_on_interrupt();
    // Only a large picture is drawn in pieces.
    let result = twin_engine::capture(input, &options, Some(cancelled), &mut |done, of| {
        progress.share(f64::from(done) / f64::from(of.max(1)), &format!("piece {} of {of}", done + 1));
    });
    progress.finish();
    let report = result?;
    // A scene that recolours shows another than any that can be asked for by name.
    let overlay = report.overlay.unwrap_or(asked);
    let (title, as_of) = (&overlay.title, overlay.as_of);
    let rows: Vec<Row> = overlay
        .classes
        .iter()
        .map(|class| Row { class: class.label.to_string(), count: class.count, measure: class.measure.clone() })
        .collect();
    if arguments.json {
        return print::json(&serde_json::json!({
            "out": arguments.out,
            "width": arguments.size.0,
            "height": arguments.size.1,
            "overlay": overlay.name,
            "as_of": as_of,
            "synthetic": synthetic,
            "adapter": report.adapter,
            "classes": rows,
        }));
    }
    print::line(format!("{title}, as of {as_of}{}", if synthetic { " — SYNTHETIC data" } else { "" }))?;
    let table: Vec<Vec<String>> =
        rows.into_iter().map(|r| vec![r.class, r.count.to_string(), r.measure.unwrap_or_default()]).collect();
    print::table(&["class", "count", "measure"], &table)?;
    print::line(format!("{} ({}×{}, {})", arguments.out.display(), arguments.size.0, arguments.size.1, report.adapter))
}
