//! The report of a drill in words: chapters of tables.

use super::dose::breath_chapter;
use super::file::{DrillFile, HazardSpec};
use super::gather::gathering_chapter;
use super::hangs::Hangs;
use super::log::Happening;
use super::notes::note_chapter;
use super::outcome::{EngineRun, Facility, LevelReached, Outcome, Rating, Struck};
use super::run::DrillRun;
use super::score::score_chapters;
use super::sky::class_words;
use super::supply::amount;
use super::threat::level_words;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// A chapter.
#[derive(Debug, Clone, PartialEq)]
pub struct DrillChapter {
    /// Name for the page.
    pub name: &'static str,
    /// Title.
    pub title: Words,
    /// Heads of the columns; none for pairs.
    pub heads: Vec<Words>,
    /// Rows: whether something is amiss, and cells.
    pub rows: Vec<(bool, Vec<Words>)>,
}

/// A time from the start, minutes and seconds.
pub(super) fn clock(at_s: Option<f64>) -> Words {
    match at_s {
        None => phrase("drill-never", "not in this drill").into(),
        Some(at) => {
            let seconds = at.round() as i64;
            format!("{}:{:02}", seconds / 60, seconds % 60).into()
        }
    }
}

const RATINGS: [(Rating, Phrase); 5] = [
    (Rating::Met, phrase("drill-rating-met", "met")),
    (Rating::Late, phrase("drill-rating-late", "late")),
    (Rating::Missed, phrase("drill-rating-missed", "missed")),
    (Rating::NotMarked, phrase("drill-rating-not-marked", "not marked")),
    (Rating::Open, phrase("drill-rating-open", "open: not due in this drill")),
];

const KINDS: [(Happening, Phrase); 5] = [
    (Happening::Hazard, phrase("drill-kind-hazard", "hazard")),
    (Happening::Inject, phrase("drill-kind-inject", "inject")),
    (Happening::Hand, phrase("drill-kind-hand", "by hand")),
    (Happening::Response, phrase("drill-kind-response", "response")),
    (Happening::People, phrase("drill-kind-people", "people")),
];

const ITEMS: [Phrase; 12] = [
    phrase("drill-item-alarm", "alarm and reporting"),
    phrase("drill-item-mobilisation", "mobilisation"),
    phrase("drill-item-assessment", "assessment"),
    phrase("drill-item-command", "command"),
    phrase("drill-item-handling", "handling"),
    phrase("drill-item-resources", "resources"),
    phrase("drill-item-communication", "communication"),
    phrase("drill-item-information", "public information"),
    phrase("drill-item-protection", "protection of people"),
    phrase("drill-item-cordon", "cordon"),
    phrase("drill-item-medical", "medical"),
    phrase("drill-item-site", "site control"),
];

pub(super) fn heads<const N: usize>(phrases: [Phrase; N]) -> Vec<Words> {
    phrases.map(Words::from).to_vec()
}

fn count(value: u32) -> Words {
    value.to_string().into()
}

/// The chapters of a drill's report.
pub fn drill_report(file: &DrillFile, run: &DrillRun) -> Vec<DrillChapter> {
    let outcome = &run.outcome;
    let pair = |name: Phrase, value: Words, amiss: bool| (amiss, vec![name.into(), value]);
    let times = vec![
        pair(phrase("drill-alarm-time", "Alarm"), clock(outcome.alarm_s), outcome.alarm_s.is_none()),
        pair(phrase("drill-engine-time", "First engine at the place"), clock(outcome.first_engine_s), false),
        pair(phrase("drill-water-time", "First water"), clock(outcome.first_water_s), false),
        pair(
            phrase("drill-last-out", "Last person at a place of assembly"),
            last_out(outcome),
            outcome.everyone_out() != Some(true),
        ),
    ];
    let people = vec![
        pair(phrase("drill-persons", "Persons in buildings whose people are known"), count(outcome.persons), false),
        pair(
            phrase("drill-unknown", "Buildings whose people are not known"),
            count(outcome.buildings_unknown as u32),
            outcome.buildings_unknown > 0,
        ),
        pair(phrase("drill-arrived", "Arrived at a place of assembly"), count(outcome.arrived), false),
        pair(
            phrase("drill-on-the-way", "Inside or on the way at the end"),
            count(outcome.on_the_way),
            outcome.on_the_way > 0,
        ),
        pair(phrase("drill-cut-off", "Without an open way"), count(outcome.cut_off), outcome.cut_off > 0),
        pair(
            phrase("drill-exposed", "Outside or at a door inside the danger at any time"),
            count(outcome.exposed_on_ways),
            outcome.exposed_on_ways > 0,
        ),
    ];
    let litres = |value: f64| Words::from(format!("{value:.0} L/s"));
    let needed = outcome.water_needed_l_s.map_or_else(|| phrase("unknown", "unknown").into(), litres);
    // With flows that nobody knows it may be enough.
    let known = outcome.hydrants_without_flow == 0;
    let short = known && outcome.water_needed_l_s.is_some_and(|needed| outcome.water_l_s < needed);
    // Nothing is fought with water where there is no place to bring it to: that is no place without water.
    let there = if file.hazard.has_place() {
        amount((outcome.water_l_s, outcome.hydrants_without_flow))
    } else {
        phrase("drill-no-place", "no place of the incident to bring it to").into()
    };
    let water = vec![
        pair(phrase("drill-water-there", "Hydrants in reach of the place give"), there, short),
        pair(phrase("drill-water-needed", "Needed"), needed, false),
        pair(
            phrase("drill-water-unknown", "Hydrants there whose flow is not on record"),
            count(outcome.hydrants_without_flow as u32),
            false,
        ),
        pair(phrase("drill-hydrants-out", "Hydrants without water"), hydrants_out(outcome), outcome.hydrants_out > 0),
        pair(
            phrase("drill-without-water", "Buildings without water by a burst main"),
            lost(outcome.supply_known.water, outcome.without_water.len(), outcome.water_unknown),
            !outcome.without_water.is_empty(),
        ),
        pair(
            phrase("drill-power-lost", "Buildings without power"),
            lost(outcome.supply_known.power, outcome.without_power.len(), outcome.power_unknown),
            !outcome.without_power.is_empty(),
        ),
        pair(
            phrase("drill-unreached", "Buildings out of reach of a hydrant, before and after"),
            outcome.unreached.map_or_else(unknown, |(before, after)| format!("{before} → {after}").into()),
            outcome.unreached.is_some_and(|(before, after)| after > before),
        ),
    ];
    let role = |id: &str| file.roles.iter().find(|role| role.id == id).map_or(id, |role| role.name.as_str()).to_owned();
    let objective =
        |id: &str| file.objectives.iter().find(|one| one.id == id).map_or(id, |one| one.text.as_str()).to_owned();
    let said = |english: &str| {
        ITEMS.iter().find(|item| item.english == english).map_or_else(|| Words::from(english), |item| (*item).into())
    };
    let expected = outcome
        .rated
        .iter()
        .map(|rated| {
            let cells = vec![
                Words::from(rated.text.as_str()),
                rating(rated.rating, outcome),
                clock(rated.due_s),
                clock(rated.done_s),
                rated.evidence.clone(),
                Words::from(role(&rated.role)),
                Words::from(objective(&rated.objective)),
                said(rated.item),
            ];
            (matches!(rated.rating, Rating::Late | Rating::Missed | Rating::Unknown), cells)
        })
        .collect();
    let timeline = run
        .log
        .entries
        .iter()
        .map(|entry| {
            let kind = KINDS.iter().find(|row| row.0 == entry.kind).map_or(KINDS[1].1, |row| row.1);
            (false, vec![clock(Some(entry.at_s)), kind.into(), entry.text.clone()])
        })
        .collect();
    let mut struck: Vec<_> = outcome.struck.iter().collect();
    struck.sort_by(|a, b| a.first_s.total_cmp(&b.first_s).then(a.building.cmp(&b.building)));
    let struck = struck
        .into_iter()
        .map(|one| {
            let indoors = one.indoors_kg_m3.map(|peak| Words::from(format!("{peak:.3e}")));
            let first = [Words::from(one.building.as_str()), clock(Some(one.first_s)), worst(one, &outcome.levels)];
            (false, first.into_iter().chain(indoors).collect::<Vec<Words>>())
        })
        .collect();
    let mut of_struck = heads([
        phrase("drill-head-building", "Building"),
        phrase("drill-head-first", "First"),
        match &file.hazard {
            HazardSpec::Leak { .. } => phrase("drill-head-worst-cloud", "Highest concentration outside, kg/m³"),
            HazardSpec::Fire { .. } => phrase("drill-head-worst-cordon", "Where"),
            HazardSpec::Blast { .. } => phrase("drill-head-worst-blast", "Overpressure at its walls, kPa"),
            HazardSpec::Fireball { .. } => phrase("drill-head-worst-heat", "Heat at its walls, kW/m²"),
            HazardSpec::Power { .. } => phrase("drill-head-worst-power", "What"),
            HazardSpec::Flood { .. } => phrase("drill-head-worst-water", "Deepest water, m"),
        },
    ]);
    if outcome.release.is_some() {
        of_struck.push(phrase("drill-head-indoors", "Highest indoors, kg/m³").into());
    }
    let chapter = |name, title: Phrase, heads, rows| DrillChapter { name, title: title.into(), heads, rows };
    let mut chapters = vec![
        chapter("times", phrase("drill-times", "Times from the start, min:s"), Vec::new(), times),
        chapter("people", phrase("drill-people", "People"), Vec::new(), people),
        chapter("water", phrase("drill-water-title", "Water"), Vec::new(), water),
        chapter(
            "response",
            phrase("drill-response", "Engines"),
            engine_heads(outcome),
            outcome.engines.iter().map(engine).collect(),
        ),
        chapter(
            "facilities",
            phrase("drill-facilities", "Hospitals and shelters on record"),
            heads([
                phrase("drill-head-facility", "Name"),
                phrase("drill-head-facility-kind", "Kind"),
                phrase("drill-head-capacity", "Persons"),
                phrase("drill-head-drive-alarm", "Drive at the alarm"),
                phrase("drill-head-drive-end", "Drive at the end"),
                phrase("drill-head-danger", "Inside the danger from"),
            ]),
            facilities(&outcome.facilities),
        ),
        chapter(
            "expected",
            phrase("drill-expected", "Expected actions by the evaluation items of AQ/T 9009-2015"),
            heads([
                phrase("drill-head-action", "Action"),
                phrase("drill-head-rating", "Rating"),
                phrase("drill-head-due", "Due"),
                phrase("drill-head-done", "Done"),
                phrase("drill-head-evidence", "Shown by"),
                phrase("drill-head-role", "Role"),
                phrase("drill-head-objective", "Objective"),
                phrase("drill-head-item", "Item"),
            ]),
            expected,
        ),
        chapter(
            "timeline",
            phrase("drill-timeline", "Timeline"),
            heads([
                phrase("drill-head-time", "Time"),
                phrase("drill-head-kind", "Kind"),
                phrase("drill-head-what", "What"),
            ]),
            timeline,
        ),
        chapter("struck", struck_title(&file.hazard), of_struck, struck),
    ];
    if !outcome.levels.is_empty() {
        chapters.push(levels(&outcome.levels));
    }
    let at = |chapters: &[DrillChapter], name: &str| {
        chapters.iter().position(|chapter| chapter.name == name).unwrap_or(chapters.len())
    };
    let scored = at(&chapters, "expected");
    chapters.splice(scored..scored, score_chapters(outcome, said));
    let after = at(&chapters, "people") + 1;
    let more =
        std::iter::once(gathering_chapter(&outcome.gatherings)).chain(outcome.breath.as_ref().map(breath_chapter));
    chapters.splice(after..after, more);
    let noted = at(&chapters, "timeline");
    chapters.splice(noted..noted, note_chapter(file, run));
    chapters
}

/// When the last person was out; with those of whom nobody knows, where there are any.
fn last_out(outcome: &Outcome) -> Words {
    let time = clock(outcome.last_out_s);
    if outcome.everyone_out().is_some() {
        return time;
    }
    words!(
        "drill-known-out",
        "{time}, of the known people; of {count} buildings the people are not known",
        time = time,
        count = outcome.buildings_unknown
    )
    .counted(outcome.buildings_unknown, ["buildings", "building"])
}

/// How an expected action went; why nobody can say it, where that is so.
pub(super) fn rating(rating: Rating, outcome: &Outcome) -> Words {
    match rating {
        Rating::Unknown => words!(
            "drill-rating-known-out",
            "unknown: known people out, of {count} buildings the people are not known",
            count = outcome.buildings_unknown
        )
        .counted(outcome.buildings_unknown, ["buildings", "building"]),
        _ => RATINGS.iter().find(|row| row.0 == rating).map_or(RATINGS[3].1, |row| row.1).into(),
    }
}

/// Hydrants without water: where there is no source on record, or none for what was shut off, those that are known to have none, and nobody
/// knows of the others.
fn hydrants_out(outcome: &Outcome) -> Words {
    match (outcome.supply_known.water, outcome.hydrants_out) {
        (true, out) => out.to_string().into(),
        (false, 0) => unknown(),
        (false, out) => {
            words!("drill-hydrants-least", "{count} at least: not all has a source of water on record", count = out)
        }
    }
}

/// Buildings without supply: where supply is not known, so many at least, or nobody knows; where it is, those of which nobody can tell
/// for themselves stand beside.
fn lost(known: bool, buildings: usize, unsure: usize) -> Words {
    match (known, buildings, unsure) {
        (true, _, 0) => buildings.to_string().into(),
        (true, ..) => words!(
            "drill-lost-of-known",
            "{count}; of {unsure} buildings more it is not known: no source on record feeds them",
            count = buildings,
            unsure = unsure
        )
        .counted(unsure, ["buildings", "building"]),
        (false, 0, _) => unknown(),
        (false, ..) => words!("drill-at-least", "{count} at least: supply is not on record", count = buildings),
    }
}

pub(super) fn unknown() -> Words {
    phrase("unknown", "unknown").into()
}

/// Heads of the engines; crews have theirs where the file has some.
fn engine_heads(outcome: &Outcome) -> Vec<Words> {
    let mut all = heads([
        phrase("drill-head-station", "Station"),
        phrase("drill-head-called", "Called"),
        phrase("drill-head-arrived", "At the place"),
        phrase("drill-head-water", "First water"),
        phrase("drill-head-hydrant", "Hydrant at the end"),
        phrase("drill-head-flow", "Flow, L/s"),
        phrase("drill-head-rerouted", "New ways"),
    ]);
    if outcome.engines.iter().any(|engine| engine.crew.is_some()) {
        all.extend(heads([phrase("drill-head-crew", "Crew"), phrase("drill-head-waited", "Waited for hands, min:s")]));
    }
    all
}

/// Row of an engine.
fn engine(run: &EngineRun) -> (bool, Vec<Words>) {
    let mut cells = vec![
        Words::from(run.station.as_str()),
        clock(Some(run.called_s)),
        if run.cut_off { phrase("drill-no-way", "no open way").into() } else { clock(run.arrived_s) },
        clock(run.water_s),
        run.hydrant.as_deref().map_or_else(|| phrase("drill-none", "none").into(), Words::from),
        match (&run.hydrant, run.flow_l_s) {
            (None, _) => "0".into(),
            (Some(_), Some(litres)) => format!("{litres:.0}").into(),
            (Some(_), None) => unknown(),
        },
        count(run.rerouted),
    ];
    if let Some(persons) = run.crew {
        cells.extend([count(persons), clock(Some(run.waited_s))]);
    }
    (run.cut_off || run.arrived_s.is_none(), cells)
}

/// Rows of hospitals and shelters; that none is on record is news.
fn facilities(found: &[Facility]) -> Vec<(bool, Vec<Words>)> {
    let kinds = [
        ("hospital", phrase("drill-hospital", "hospital or first aid")),
        ("shelter", phrase("drill-shelter", "shelter")),
    ];
    let mut rows = Vec::new();
    for (kind, said) in kinds {
        let there: Vec<&Facility> = found.iter().filter(|one| one.kind == kind).collect();
        if there.is_empty() {
            let nothing = phrase("drill-none-on-record", "none on record");
            rows.push((true, vec![nothing.into(), said.into(), unknown(), unknown(), unknown(), unknown()]));
        }
        rows.extend(there.into_iter().map(|one| {
            let cells = vec![
                Words::from(one.name.as_deref().unwrap_or(&one.key)),
                said.into(),
                one.capacity.map_or_else(unknown, |persons| format!("{persons:.0}").into()),
                one.drive_at_alarm_s.map_or_else(|| "–".into(), |s| clock(Some(s))),
                one.drive_at_end_s.map_or_else(|| "–".into(), |s| clock(Some(s))),
                if one.without_height {
                    phrase("drill-ground-unknown", "ground height unknown").into()
                } else {
                    clock(one.reached_s)
                },
            ];
            (one.reached_s.is_some() || one.without_height, cells)
        }));
    }
    rows
}

/// The worst at a building, in the unit of the column; of a burst with the worst level that it is over.
fn worst(struck: &Struck, levels: &[LevelReached]) -> Words {
    match struck.unit {
        "cordon" => phrase("drill-within-cordon", "within the cordon").into(),
        "m" => format!("{:.2}", struck.worst).into(),
        "Pa" | "W/m2" => {
            let over = levels.iter().rev().find(|level| struck.worst >= level.value);
            let value = format!("{:.1}", struck.worst / 1000.0);
            over.map_or_else(
                || Words::from(value.as_str()),
                |level| {
                    words!("drill-worst", "{value}: {what}", value = value.as_str(), what = level_words(&level.name))
                },
            )
        }
        _ => format!("{:.3e}", struck.worst).into(),
    }
}

/// Persons indoors within a level, and of how many buildings nobody knows.
fn indoors(level: &LevelReached) -> Words {
    if level.buildings_unknown == 0 {
        return count(level.persons_indoors);
    }
    words!(
        "drill-persons-and-unknown",
        "{count}; of {unknown} buildings the people are not known",
        count = level.persons_indoors.to_string(),
        unknown = level.buildings_unknown
    )
    .counted(level.buildings_unknown, ["buildings", "building"])
}

/// What the buildings of the chapter are inside of: the danger in which nobody is to be, or the mildest level of a burst, which reaches
/// farther than that.
const fn struck_title(hazard: &HazardSpec) -> Phrase {
    match hazard {
        HazardSpec::Blast { .. } | HazardSpec::Fireball { .. } => {
            phrase("drill-struck-levels", "Buildings that a level reaches, the mildest among them")
        }
        _ => phrase("drill-struck", "Buildings inside the danger"),
    }
}

/// Levels of a burst, how far they reach, and how many buildings.
fn levels(reached: &[LevelReached]) -> DrillChapter {
    let row = |level: &LevelReached| {
        let unit = if level.unit == "Pa" { "kPa" } else { "kW/m²" };
        let cells = vec![
            level_words(&level.name),
            Words::from(format!("{:.1} {unit}", level.value / 1000.0)),
            Words::from(format!("{:.0} m", level.reach_m)),
            Words::from(level.buildings.to_string()),
            indoors(level),
        ];
        (level.buildings > 0, cells)
    };
    DrillChapter {
        name: "levels",
        title: phrase("drill-levels", "Levels and their reach").into(),
        heads: heads([
            phrase("drill-head-level", "Level"),
            phrase("drill-head-value", "From"),
            phrase("drill-head-reach", "Reach"),
            phrase("drill-head-buildings", "Buildings within"),
            phrase("drill-head-persons-indoors", "Persons in them as it came"),
        ]),
        rows: reached.iter().map(row).collect(),
    }
}

/// What was given and what is left out of the hazard.
fn given(file: &DrillFile, run: &DrillRun) -> Vec<Words> {
    let weather = &file.weather;
    let said = words!(
        "drill-note-weather",
        "Weather as the file gives it: wind {wind} m/s at 10 m from {from}°, class {class}, {temperature} °C. It is the same everywhere and stays so until an inject turns it; gusts, rain and the sun's warmth are left out.",
        wind = weather.wind_m_s.to_string(),
        from = weather.wind_from_deg.to_string(),
        class = class_words(run.outcome.stability, run.outcome.sky.as_ref()),
        temperature = weather.temperature_c.to_string()
    );
    let hazard = match &file.hazard {
        HazardSpec::Leak { hole_mm, .. } => words!(
            "drill-note-leak",
            "Leak: a hole of {hole} mm, content and substance as on record, the tank as warm as the air, the rate of the first moment until it is empty or stopped, let out 1 m over the ground. Left out: gas heavier than air, what the pool gives off, walls and slopes. A building counts by the air outside it; the air indoors stands beside that, by one air exchange for all buildings.",
            hole = hole_mm.to_string()
        ),
        HazardSpec::Fire { cordon_m, .. } => words!(
            "drill-note-fire",
            "Fire: nobody is to walk within {cordon} m of the building's walls. Left out of what is counted: heat, smoke, spread to other buildings, water that fails to put it out. The water needed is the file's.",
            cordon = cordon_m.to_string()
        ),
        HazardSpec::Blast { mass_kg, .. } => words!(
            "drill-note-blast",
            "Explosion: {mass} kg of the source's substance as TNT by its heat of combustion, on the ground in the middle of the source (Kingery and Bulmash, docs/emergency.md); overpressure where a building's walls come nearest. It is over at once: who was outside within the second level then counts as exposed, and no way stays closed by it. Left out: shape and congestion of a cloud, shelter and channelling by buildings, fragments, glass, people indoors, fires and leaks that follow.",
            mass = mass_kg.to_string()
        ),
        HazardSpec::Fireball { mass_kg, .. } => words!(
            "drill-note-fireball",
            "Fireball: {mass} kg of the source's substance over the middle of the source (AIChE/CCPS, docs/emergency.md), heat on a surface that faces it; levels are those of a minute's stay, and it burns for less. Who was outside within 5 kW/m² while it burnt counts as exposed, and no way stays closed by it. Left out: growth and rise, the blast and the fragments of the vessel, shelter, people indoors, fires that follow.",
            mass = mass_kg.to_string()
        ),
        HazardSpec::Power { .. } => words!(
            "drill-note-power",
            "Power: whoever hangs behind the nearest switches of the network on record, taken for fed by its nearest connection or line. Left out: load, emergency supply, lifts, lights and doors that need power; nobody walks more slowly for it."
        ),
        HazardSpec::Flood { closes_m, .. } => words!(
            "drill-note-flood",
            "Flood: the file's levels, straight from one to the next, laid over the terrain; water deeper than {closes} m closes ways and counts at buildings. Left out: flow and time, sewers, dykes finer than the grid. {unknown} buildings stand on ground of which heights are missing, wholly or in part: whether the water is there is not known. Ways on such ground stay open, and nobody on them counts as exposed.",
            closes = closes_m.to_string(),
            unknown = run.outcome.buildings_without_height
        ).counted(run.outcome.buildings_without_height, ["buildings stand", "building stands"]),
    };
    let mut notes = vec![said, hazard];
    if let HazardSpec::Fire { pool: Some(pool), .. } = &file.hazard {
        notes.push(words!(
            "drill-note-heat",
            "Heat: rings about a pool of {substance}, {diameter} m across, in the middle of the building (solid flame, docs/emergency.md), on a surface that faces the fire best. Ways within 5 kW/m² are closed: nobody goes in, and who is there gets out. They count nobody: the cordon does. Left out: tilt by the wind, walls and smoke between fire and people, spread.",
            substance = pool.substance.as_str(),
            diameter = pool.diameter_m.to_string()
        ));
    }
    if run.outcome.buildings_without_footprint > 0 {
        notes.push(words!(
            "drill-note-no-footprint",
            "{count} buildings have no footprint on record: nobody can say where they stand, and whether the danger or a hydrant reaches them is not known.",
            count = run.outcome.buildings_without_footprint
        ).counted(run.outcome.buildings_without_footprint, ["buildings have", "building has"]));
    }
    if run.outcome.everyone_out().is_none() {
        let said = words!(
            "drill-note-known-out",
            "The last person out is the last of the known people: of {count} buildings the people are not known, and may still be inside",
            count = run.outcome.buildings_unknown
        ).counted(run.outcome.buildings_unknown, ["buildings", "building"]);
        notes.push(Hangs::of(file, &run.log.hand).named(file, said));
    }
    if run.zone.1.0.is_empty() {
        notes.push(words!(
            "drill-note-no-zone",
            "No zone could be drawn: the danger was nowhere as strong as what bounds it, or had not begun when the drill ended."
        ));
    }
    notes
}

/// What a reader has to know of the models and of what was given.
pub fn drill_notes(file: &DrillFile, run: &DrillRun) -> Vec<Words> {
    let mut notes = given(file, run);
    notes.extend([
        words!(
            "drill-note-use",
            "For exercises and planning. Numbers of people follow from employees on record, or floor area and use, not from a count."
        ),
        words!(
            "drill-note-hazard",
            "Hazard: Gaussian plume, level over the terrain or a cordon (docs/emergency.md); heavy gas, buildings and slopes are left out.",
        ),
        words!(
            "drill-note-people",
            "People: SFPE doors, Weidmann's ways, shortest open way to the nearest place with room; reaction times are drawn by the seed.",
        ),
        words!(
            "drill-note-response",
            "Engines: turnout, speed and set-up are mean values of the table (ParkTwin's own), over roads that are open; traffic, hoses and pressure are left out, and crews where the file has none. A station without a number of vehicles on record counts as one.",
        ),
        words!(
            "drill-note-seed",
            "Seed {seed}, file {file}, run {run}: the same file, park and log give the same run to the bit.",
            seed = file.seed.to_string(),
            file = run.log.file.as_str(),
            run = run.log.digest.clone().unwrap_or_default()
        ),
    ]);
    notes
}
