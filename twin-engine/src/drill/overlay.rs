//! The drill as an overlay: buildings, hydrants, places of assembly and everything the legend counts, at a moment.

use std::sync::Arc;
use std::time::Duration;

use analysis::emergency::drill::{Contour, DrillTrace, drill_notes, one_by_one_note};
use analysis::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts};
use analysis::words::Words;
use bevy::prelude::*;
use chrono::NaiveDate;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot, ResourceKind};

use super::figures::{Figures, clock};
use super::strand::Played;
use super::{DrillRoom, Session, played_on};
use crate::scene::Twin;
use crate::split::{Right, Side};
use crate::text::{Language, Text, t};
use crate::theme::{Rgb, alert};

/// Names of the overlays of the drill and of its branch.
pub(super) const NAMES: [&str; 2] = ["drill", "drill-branch"];
/// Least time between two overlays while the clock goes.
const BEAT: Duration = Duration::from_millis(400);

/// Colour and pattern of people by what becomes of them, on the ground as in the legend.
pub(super) mod look {
    use analysis::overlay::Pattern;

    use crate::theme::{Rgb, alert};

    /// On the way.
    pub(in crate::drill) const WALKING: (Rgb, Pattern) = (alert::INFORMATION, Pattern::Solid);
    /// Within the hazard.
    pub(in crate::drill) const IN_DANGER: (Rgb, Pattern) = (alert::DANGER, Pattern::CrossHatch);
    /// At a place of assembly, or out of the park.
    pub(in crate::drill) const OUT: (Rgb, Pattern) = (alert::SAFE, Pattern::Dots);
    /// No way is left.
    pub(in crate::drill) const CUT_OFF: (Rgb, Pattern) = (alert::WARNING, Pattern::Solid);
    /// Inside a building whose people are followed one by one.
    pub(in crate::drill) const INSIDE: (Rgb, Pattern) = (alert::INFORMATION, Pattern::Hatch);
}

/// Colour of a level of danger: the standards' red, orange and yellow.
pub(super) const fn level_colour(level: u8) -> Rgb {
    match level {
        0 | 1 => alert::CAUTION,
        2 => alert::WARNING,
        _ => alert::DANGER,
    }
}

/// Colour of water by depth, about as its layers on one another show.
const WATER: [Rgb; 3] = [Rgb::hex(0xA6_C3DF), Rgb::hex(0x81_AAD2), Rgb::hex(0x64_96C7)];

/// True where lines bound water: the outermost of them carries its level.
pub(crate) fn is_water(lines: &[Contour]) -> bool {
    lines.iter().any(|line| line.water_m.is_some())
}

/// Colour of a line of the hazard in the legend and on its label: water is drawn blue, not by levels of danger.
pub(crate) fn contour_colour(level: u8, is_water: bool) -> Rgb {
    if is_water { WATER[usize::from(level.clamp(1, 3)) - 1] } else { level_colour(level) }
}

/// The second sign of a level beside its colour.
pub(super) const fn level_pattern(level: u8) -> Pattern {
    match level {
        0 | 1 => Pattern::Solid,
        2 => Pattern::Hatch,
        _ => Pattern::CrossHatch,
    }
}

/// What an overlay was made for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    played: [usize; 2],
    look: u64,
    entries: usize,
    contours: usize,
    /// People who are followed one by one, by their place in memory.
    persons: Option<usize>,
    language: Language,
    park: u64,
}

/// Makes the overlays anew when what they show changed.
pub(super) fn follow(
    mut room: ResMut<DrillRoom>,
    mut twin: ResMut<Twin>,
    time: Res<Time<Real>>,
    mut made: Local<Option<Made>>,
    mut made_at: Local<Duration>,
) {
    let room = room.bypass_change_detection();
    let Some(session) = &mut room.session else {
        *made = None;
        return;
    };
    let address = |side| played_on(session, side).map_or(0, |played| std::sync::Arc::as_ptr(played).addr());
    let Some(main) = played_on(session, Side::Left) else { return };
    let now = Made {
        played: [address(Side::Left), address(Side::Right)],
        look: (session.now_s / 10.0) as u64,
        entries: session.happened().len(),
        contours: main.trace.contours(session.now_s).map_or(0, |(at, _)| at + 1),
        persons: session.persons.shown().map(|shown| Arc::as_ptr(shown).addr()),
        language: twin.language,
        park: twin.park_version,
    };
    let there = place_of(&twin, NAMES[0]).is_some();
    if there && (made.as_ref() == Some(&now) || (session.playing && time.elapsed() < *made_at + BEAT)) {
        return;
    }
    let first = made.is_none();
    (*made, *made_at) = (Some(now), time.elapsed());
    let day = twin.day().or(twin.input.snapshot.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
    for (side, name) in [Side::Left, Side::Right].into_iter().zip(NAMES) {
        let overlay = played_on(session, side).map(|played| {
            let title = match side {
                Side::Left => t!(twin.words(), "drill-title", name = session.file.name),
                Side::Right => {
                    let what = session.branch.as_ref().map_or("", |branch| branch.what.as_str());
                    t!(twin.words(), "drill-title-branch", what = what)
                }
            };
            overlay_at(&twin.input.snapshot, session, played, title, twin.words(), day, name)
        });
        put(&mut twin, name, overlay);
    }
    twin.overlays_version += 1;
    let place = place_of(&twin, NAMES[0]);
    if first || !there {
        if first && session.overlay_before.is_none() {
            session.overlay_before = twin.shown.overlay.filter(|at| Some(*at) != place);
        }
        twin.shown.overlay = place;
    }
}

/// Where it is, if it is there to be looked at.
fn place_of(twin: &Twin, name: &str) -> Option<usize> {
    kept_place(twin, name).filter(|at| twin.overlay_at(*at).is_some())
}

/// Its place in the list, be it kept for it alone.
fn kept_place(twin: &Twin, name: &str) -> Option<usize> {
    twin.input.overlays.iter().position(|overlay| overlay.name == name)
}

fn put(twin: &mut Twin, name: &str, overlay: Option<Overlay>) {
    match (kept_place(twin, name), overlay) {
        (Some(at), Some(overlay)) => twin.input.overlays[at] = Arc::new(overlay),
        (None, Some(overlay)) => twin.input.overlays.push(Arc::new(overlay)),
        (_, None) => {
            // Who looked at a branch that ended looks at the drill.
            let drill = place_of(twin, NAMES[0]);
            crate::network::take_away(twin, name, drill);
        }
    }
}

/// Takes the drill off the map.
pub(super) fn take_away(twin: &mut Twin, session: &Session) {
    if is_beside(twin) {
        twin.right = None;
    }
    // The last first, which goes without leaving a place; before others each keeps its own.
    for name in NAMES.into_iter().rev() {
        crate::network::take_away(twin, name, session.overlay_before);
    }
    twin.overlays_version += 1;
}

/// Puts the branch beside the drill in a split picture, or takes it away.
pub(crate) fn turn_beside(twin: &mut Twin) {
    let branch = place_of(twin, NAMES[1]);
    twin.right = match &twin.right {
        Some(right) if right.overlay == branch => None,
        _ => branch.map(|at| Right { at: 0.5, there: twin.shown.there.clone(), overlay: Some(at) }),
    };
    twin.shown.overlay = place_of(twin, NAMES[0]).or(twin.shown.overlay);
}

/// The branch stands beside the drill.
pub(crate) fn is_beside(twin: &Twin) -> bool {
    let branch = place_of(twin, NAMES[1]);
    branch.is_some() && twin.right.as_ref().is_some_and(|right| right.overlay == branch)
}

/// Classes in the order of the legend.
struct Classes(Vec<Class>);

impl Classes {
    fn add(&mut self, label: Words, colour: Rgb, pattern: Pattern, swatch: Swatch, count: usize) -> usize {
        let colour = [colour.0, colour.1, colour.2];
        self.0.push(Class { label, colour, pattern, swatch, count, measure: None });
        self.0.len() - 1
    }
}

/// The overlay of a run at the moment that the clock of the session shows.
pub(super) fn overlay_at(
    park: &ParkSnapshot,
    session: &Session,
    played: &Played,
    title: String,
    words: &Text,
    as_of: NaiveDate,
    name: &str,
) -> Overlay {
    let now_s = session.now_s;
    let trace = &played.trace;
    let figures = Figures::at(played, now_s);
    let mut classes = Classes(Vec::new());
    let said = |id: &str| Words::from(words.get(id));
    let area = Swatch::Area;
    if let Some((_, contours)) = trace.contours(now_s) {
        let is_water = is_water(&contours.lines);
        for line in contours.lines.iter().filter(|line| line.above_m <= 0.0).rev() {
            let pattern = match (is_water, line.level) {
                (true, 0..=2) => Pattern::Solid,
                (true, _) => Pattern::Hatch,
                (false, level) => level_pattern(level),
            };
            let colour = contour_colour(line.level, is_water);
            let at = classes.add(line.label.clone(), colour, pattern, area, 1);
            classes.0[at].measure = Some(analysis::overlay::area_words(geo::Area::unsigned_area(&line.area)));
        }
    }
    let endangered = trace.endangered(now_s);
    let inside = classes.add(said("drill-class-danger"), alert::DANGER, Pattern::Hatch, area, endangered.len());
    let unreached = trace.unreached(now_s);
    let thirsty = classes.add(said("drill-class-no-water"), alert::CAUTION, Pattern::CrossHatch, area, unreached.len());
    let unpowered = trace.unpowered(now_s);
    let dark = classes.add(said("drill-class-no-power"), alert::OUT_OF_USE, Pattern::Dots, area, unpowered.len());
    let dot = Swatch::Symbol(Symbol::Dot);
    for (id, (colour, pattern), count) in [
        ("drill-class-walking", look::WALKING, figures.on_the_way),
        ("drill-class-in-danger", look::IN_DANGER, figures.in_danger),
        ("drill-class-out", look::OUT, figures.out),
        ("drill-class-cut-off", look::CUT_OFF, figures.cut_off),
    ] {
        classes.add(said(id), colour, pattern, dot, count as usize);
    }
    let followed = session.persons.shown().filter(|_| name == NAMES[0]);
    if let Some(shown) = followed {
        classes.add(said("drill-class-inside"), look::INSIDE.0, look::INSIDE.1, dot, shown.inside(now_s));
    }
    classes.add(said("drill-class-closed"), alert::DANGER, Pattern::Solid, Swatch::Line, figures.closed);
    let dry = trace.dry(now_s);
    let hydrants = hydrants(park, trace);
    let (wet, out): (Vec<_>, Vec<_>) = hydrants.iter().copied().partition(|hydrant| !dry.contains(&hydrant.0));
    // Without a source on record for all of them nobody can say that the others have water.
    let wet_words = if figures.dry_known { "drill-class-hydrant" } else { "drill-class-hydrant-unsure" };
    let working =
        classes.add(said(wet_words), alert::INFORMATION, Pattern::Solid, Swatch::Symbol(Symbol::Hydrant), wet.len());
    let lost = classes.add(
        said("drill-class-hydrant-dry"),
        alert::OUT_OF_USE,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::Hydrant),
        out.len(),
    );
    let assembly = classes.add(
        said("drill-class-assembly"),
        alert::SAFE,
        Pattern::Solid,
        Swatch::Symbol(Symbol::AssemblyPoint),
        trace.places.len(),
    );
    let full = classes.add(
        said("drill-class-assembly-full"),
        alert::WARNING,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::AssemblyPoint),
        0,
    );
    let station = classes.add(
        said("drill-class-station"),
        alert::DANGER,
        Pattern::Solid,
        Swatch::Symbol(Symbol::FireStation),
        park.resources.iter().filter(|resource| resource.kind == ResourceKind::FireStation).count(),
    );
    let mut marks = Vec::new();
    let filled = trace.filled(now_s);
    for ((feature, position, name, capacity), there) in trace.places.iter().zip(&filled) {
        let name = name.clone().unwrap_or_default();
        let room = capacity.map_or_else(|| there.to_string(), |capacity| format!("{there} / {capacity}"));
        let is_full = capacity.is_some_and(|capacity| *there >= capacity);
        let class = if is_full { full } else { assembly };
        if is_full {
            classes.0[full].count += 1;
            classes.0[assembly].count = classes.0[assembly].count.saturating_sub(1);
        }
        let label = Some(format!("{name} {room}").trim().to_owned());
        marks.push(Mark { feature: *feature, position: *position, symbol: Symbol::AssemblyPoint, class, label });
    }
    for (feature, position) in hydrants {
        let is_dry = dry.contains(&feature);
        let (class, label) = if is_dry { (lost, Some(words.get("drill-dry"))) } else { (working, None) };
        marks.push(Mark { feature, position, symbol: Symbol::Hydrant, class, label });
    }
    for resource in park.resources.iter().filter(|resource| resource.kind == ResourceKind::FireStation) {
        let (symbol, label) = (Symbol::FireStation, resource.name.clone());
        marks.push(Mark { feature: resource.id, position: resource.position, symbol, class: station, label });
    }
    if let Some(source) = session.file.hazard.source()
        && let Some(place) = trace.place_m
        && let Some(hazard) = park.hazards.iter().find(|hazard| hazard.provenance.key == source)
    {
        let class =
            classes.add(said("drill-class-source"), alert::DANGER, Pattern::Solid, Swatch::Symbol(Symbol::Hazard), 1);
        let label = hazard.name.clone().or_else(|| Some(source.to_owned()));
        marks.push(Mark { feature: hazard.id, position: place, symbol: Symbol::Hazard, class, label });
    }
    let supply = [("drill-class-no-power", dark, unpowered), ("drill-class-no-water", thirsty, unreached)];
    let verdicts = verdicts(words, played, now_s, (inside, endangered), supply);
    let digest = played.run.log.digest.clone().unwrap_or_default();
    let mut notes = drill_notes(&session.file, &played.run);
    if followed.is_some_and(|shown| shown.persons() > 0) {
        notes.push(one_by_one_note());
    }
    let overlay = Overlay {
        name: name.to_owned(),
        title: Words::from(title),
        target: FeatureKind::Building,
        unit: Words::from(""),
        as_of,
        source: Words::from(t!(words, "drill-source", time = clock(now_s), run = digest)),
        classes: classes.0,
        verdicts,
        marks,
        zones: Vec::new(),
        pillars: Vec::new(),
        notes,
    };
    overlay.without_empty_classes(|_| false)
}

/// The hydrants that the drill reckons with, of the fire service and of the water network, and where they are, m.
fn hydrants(park: &ParkSnapshot, trace: &DrillTrace) -> Vec<(FeatureId, [f64; 2])> {
    let of_service = park.resources.iter().map(|one| (one.id, one.position));
    let of_network = park.nodes.iter().map(|one| (one.id, [one.position[0], one.position[1]]));
    of_service.chain(of_network).filter(|(id, _)| trace.hydrants.contains(id)).collect()
}

/// What is said of buildings.
fn verdicts(
    words: &Text,
    played: &Played,
    now_s: f64,
    (inside, endangered): (usize, &[FeatureId]),
    supply: [(&str, usize, &[FeatureId]); 2],
) -> Verdicts {
    let mut out = Verdicts::default();
    let fact = |label: &str, value: String| Fact {
        label: Words::from(words.get(label)),
        value: Words::from(value),
        basis: Words::from(words.get("drill-basis")),
    };
    for (label, class, buildings) in supply {
        for id in buildings {
            let said = fact(label, clock(now_s));
            let verdict =
                out.get_or_insert_with(*id, || Verdict { class, value: None, outline: None, facts: Vec::new() });
            verdict.class = class;
            verdict.facts.push(said);
        }
    }
    for id in endangered {
        let first = played.trace.endangered.iter().find(|change| change.now.contains(id)).map_or(now_s, |c| c.at_s);
        let mut verdict = Verdict {
            class: inside,
            value: None,
            outline: None,
            facts: vec![fact("drill-class-danger", clock(first))],
        };
        if let Some(without) = out.get(id) {
            verdict.facts.extend(without.facts.clone());
        }
        out.insert(*id, verdict);
    }
    out
}
