//! Cameras as an overlay: how much of each compound's boundary they see, with the blind stretches, gates and hazard sources.

use chrono::NaiveDate;
use geo::{Centroid, Coord, LinesIter, MultiPolygon, Polygon, unary_union};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, ResourceKind};

use super::{Compound, Guarded, Restricted, Security, View, security};
use crate::overlay::{Class, Fact, Mark, Overlay, Pattern, Swatch, Symbol, Verdict, Verdicts, Zone, undated_note};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, phrase};

const RED: [u8; 3] = [215, 38, 61];
const AMBER: [u8; 3] = [245, 183, 0];
const GREEN: [u8; 3] = [46, 158, 91];
const BLUE: [u8; 3] = [31, 119, 180];
const GREY: [u8; 3] = [120, 124, 130];
const LIGHT: [u8; 3] = [201, 204, 209];

/// Half the width of a blind stretch as drawn, m.
const STRETCH_M: f64 = 1.5;

const WATCHED: usize = 0;
const PARTLY: usize = 1;
const BLIND: usize = 2;
const UNKNOWN: usize = 3;
const VIEW: usize = 4;
const STRETCH: usize = 5;
const CAMERA: usize = 6;
const CAMERA_UNKNOWN: usize = 7;
const CAMERA_INDOORS: usize = 8;
const CAMERA_OUT: usize = 9;
const GATE: usize = 10;
const GATE_BLIND: usize = 11;
const GATE_UNKNOWN: usize = 12;
const HAZARD: usize = 13;
const HAZARD_BLIND: usize = 14;
const HAZARD_UNKNOWN: usize = 15;
const SITE: usize = 16;
const OPEN: usize = 17;
const SITELESS: usize = 18;

const ROWS: [(Phrase, [u8; 3], Pattern, Swatch); 19] = [
    (phrase("security-watched", "boundary watched"), GREEN, Pattern::Solid, Swatch::Area),
    (phrase("security-partly", "boundary with blind stretches"), AMBER, Pattern::Dots, Swatch::Area),
    (phrase("security-blind", "no camera sees the boundary"), RED, Pattern::Hatch, Swatch::Area),
    (phrase("security-unknown", "unknown: a camera's view is not on record"), LIGHT, Pattern::Hatch, Swatch::Area),
    (phrase("security-view", "seen by cameras"), BLUE, Pattern::Solid, Swatch::Area),
    (phrase("security-stretch", "blind stretch of a boundary"), RED, Pattern::Solid, Swatch::Line),
    (phrase("security-camera", "camera"), BLUE, Pattern::Solid, Swatch::Symbol(Symbol::Camera)),
    (phrase("security-camera-unknown", "camera, view unknown"), AMBER, Pattern::Hatch, Swatch::Symbol(Symbol::Camera)),
    (phrase("security-camera-indoors", "camera in a building"), GREY, Pattern::Dots, Swatch::Symbol(Symbol::Camera)),
    (phrase("security-camera-out", "camera out of service"), RED, Pattern::CrossHatch, Swatch::Symbol(Symbol::Camera)),
    (phrase("security-gate", "gate, watched"), GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Gate)),
    (phrase("security-gate-blind", "gate, not watched"), RED, Pattern::CrossHatch, Swatch::Symbol(Symbol::Gate)),
    (phrase("security-gate-unknown", "gate, perhaps watched"), AMBER, Pattern::Hatch, Swatch::Symbol(Symbol::Gate)),
    (phrase("security-hazard", "hazard source, watched"), GREEN, Pattern::Solid, Swatch::Symbol(Symbol::Hazard)),
    (
        phrase("security-hazard-blind", "hazard source, not watched"),
        RED,
        Pattern::CrossHatch,
        Swatch::Symbol(Symbol::Hazard),
    ),
    (
        phrase("security-hazard-unknown", "hazard source, perhaps watched"),
        AMBER,
        Pattern::Hatch,
        Swatch::Symbol(Symbol::Hazard),
    ),
    (phrase("security-site", "hazard site without a gate on record"), GREY, Pattern::CrossHatch, Swatch::Area),
    (
        phrase("security-open", "way into a hazard site without a gate on record"),
        RED,
        Pattern::Solid,
        Swatch::Symbol(Symbol::Dot),
    ),
    (
        phrase("security-siteless", "hazard source on no parcel: its site is unknown"),
        AMBER,
        Pattern::CrossHatch,
        Swatch::Area,
    ),
];

/// Behind the rows: a hazard source of which cameras see a part.
const HAZARD_PARTLY: usize = ROWS.len();
const ORANGE: [u8; 3] = [232, 126, 4];

/// The legend, with what is counted.
fn classes(counts: &[usize; ROWS.len() + 1]) -> Vec<Class> {
    let partly = (
        phrase("security-hazard-partly", "hazard source, partly watched"),
        ORANGE,
        Pattern::Dots,
        Swatch::Symbol(Symbol::Hazard),
    );
    let class = |((label, colour, pattern, swatch), count): ((Phrase, [u8; 3], Pattern, Swatch), &usize)| Class {
        label: label.into(),
        colour,
        pattern,
        swatch,
        count: *count,
        measure: None,
    };
    ROWS.into_iter().chain(std::iter::once(partly)).zip(counts).map(class).collect()
}

/// The whole legend, with nothing counted.
#[cfg(test)]
pub(crate) fn legend() -> Vec<Class> {
    classes(&[0; ROWS.len() + 1])
}

/// How much of each compound's boundary the cameras see on a day.
pub fn security_overlay(cache: &Cache, rules: &RuleSet, as_of: NaiveDate) -> Overlay {
    let snapshot = cache.snapshot();
    let found = security(cache, rules, as_of);
    let mut counts = [0_usize; ROWS.len() + 1];
    let mut verdicts = Verdicts::with_capacity(found.compounds.len());
    for compound in &found.compounds {
        let class = class_of(compound);
        counts[class] += 1;
        let value = (class != UNKNOWN).then(|| 100.0 * compound.watched_m / compound.length_m);
        let mut facts = facts(compound);
        let site = found.restricted.iter().find(|site| site.parcel == compound.parcel);
        facts.extend(site.into_iter().flat_map(site_facts));
        verdicts.insert(snapshot.parcels[compound.parcel].id, Verdict { class, value, outline: None, facts });
    }
    // A compound has its class by its boundary; a site without a gate is judged by nothing else.
    let gateless_sites = found.restricted.iter().filter(|site| site.gates == 0);
    for site in gateless_sites {
        counts[SITE] += 1;
        let verdict = Verdict { class: SITE, value: None, outline: None, facts: site_facts(site) };
        verdicts.insert(snapshot.parcels[site.parcel].id, verdict);
    }
    let marks = marks(cache, &found, &mut counts);
    let zones = zones(&found, &mut counts);
    let gateless = snapshot.parcels.len() - verdicts.len();
    // Behind the parcels: what has no parcel is told at itself.
    for hazard in &found.siteless {
        counts[SITELESS] += 1;
        let verdict = Verdict { class: SITELESS, value: None, outline: None, facts: vec![siteless_fact()] };
        verdicts.insert(snapshot.hazards[*hazard].id, verdict);
    }
    let angle = rules.figure("camera", "view_angle_deg");
    let overlay = Overlay {
        name: "security".into(),
        title: words!("title-security", "Security: what the cameras see"),
        target: FeatureKind::Parcel,
        unit: words!("unit-security", "% of the boundary watched"),
        as_of,
        source: words!("source-security", "cameras, gates, buildings and parcels on record"),
        classes: classes(&counts),
        verdicts,
        marks,
        zones,
        pillars: Vec::new(),
        notes: [
            words!(
                "note-security-model",
                "In plan: buildings of any height hide what is behind them, the ground is level; angle of view {degrees}° ({clause})",
                degrees = format!("{:.0}", angle.value),
                clause = angle.citation(),
            ),
            words!(
                "note-security-fence",
                "No fence is on record: the boundary of a parcel with a gate stands for it. {count} parcels have no gate on \
                 record and are not judged",
                count = gateless,
            ),
        ]
        .into_iter()
        .chain((!found.restricted.is_empty()).then(|| {
            words!(
                "note-security-site",
                "A parcel with a hazard source stands for a restricted area, which no record tells: it is to be entered through \
                 gates alone. No clause asks for this: house rule. Which ways are public is not on record: every way but a \
                 railway counts",
            )
        }))
        .chain((!found.siteless.is_empty()).then(|| {
            words!(
                "note-security-siteless",
                "{count} hazard sources stand on no parcel on record: which ground about them is restricted, and which ways lead \
                 in, is unknown",
                count = found.siteless.len(),
            )
        }))
        .chain(undated_note(snapshot, as_of))
        .collect(),
    };
    overlay.without_empty_classes(|index| index == CAMERA)
}

fn class_of(compound: &Compound) -> usize {
    if compound.blind.0.is_empty() {
        WATCHED
    } else if compound.perhaps {
        UNKNOWN
    } else if compound.cameras == 0 {
        BLIND
    } else {
        PARTLY
    }
}

fn facts(compound: &Compound) -> Vec<Fact> {
    let plan = || words!("basis-security-plan", "in plan, from cameras, buildings and the parcel's boundary on record");
    let metres = |length_m: f64| -> Words { format!("{length_m:.0} m").into() };
    let watched = if compound.perhaps {
        words!(
            "security-at-least",
            "at least {length}, {share} %",
            length = metres(compound.watched_m),
            share = share(compound)
        )
    } else {
        words!("security-of", "{length}, {share} %", length = metres(compound.watched_m), share = share(compound))
    };
    let (gates, seen) = compound.gates;
    [
        (words!("fact-boundary", "Length of the boundary"), metres(compound.length_m)),
        (words!("fact-boundary-watched", "Watched"), watched),
        (words!("fact-longest-blind", "Longest blind stretch"), metres(compound.longest_blind_m())),
        (words!("fact-cameras-seeing", "Cameras that see it"), compound.cameras.to_string().into()),
        (
            words!("fact-gates-watched", "Gates that a camera sees"),
            words!("security-gates-of", "{seen} of {gates}", seen = seen, gates = gates),
        ),
    ]
    .into_iter()
    .map(|(label, value)| Fact { label, value, basis: plan() })
    .collect()
}

/// What is known of a hazard site beside its cameras.
fn site_facts(site: &Restricted) -> Vec<Fact> {
    [
        (words!("fact-site-hazards", "Hazard sources on it"), site.hazards.to_string()),
        (words!("fact-site-gates", "Gates on record"), site.gates.to_string()),
        (words!("fact-site-open", "Ways in without a gate on record"), site.open.len().to_string()),
    ]
    .into_iter()
    .map(|(label, value)| Fact { label, value: value.into(), basis: house_rule() })
    .collect()
}

/// What is known of the site of a hazard source on no parcel.
fn siteless_fact() -> Fact {
    Fact {
        label: words!("fact-site", "Restricted site"),
        value: words!("security-site-unknown", "unknown: it stands on no parcel on record"),
        basis: house_rule(),
    }
}

fn house_rule() -> Words {
    words!("basis-security-site", "house rule, no clause: hazard sites are entered through gates alone")
}

fn share(compound: &Compound) -> String {
    // Rounded down: a boundary with a gap is never told as watched whole.
    format!("{:.0}", (100.0 * compound.watched_m / compound.length_m).floor())
}

/// A part, in percent: rounded down, and never told as nothing.
fn part(share: f64) -> String {
    let percent = (100.0 * share).floor();
    if percent < 1.0 { "< 1 %".to_owned() } else { format!("{percent:.0} %") }
}

fn marks(cache: &Cache, found: &Security, counts: &mut [usize]) -> Vec<Mark> {
    let snapshot = cache.snapshot();
    let mut marks = Vec::new();
    let mut add = |feature, position, symbol, class: usize, label| {
        counts[class] += 1;
        marks.push(Mark { feature, position, symbol, class, label });
    };
    for (at, view) in &found.cameras {
        let camera = &snapshot.resources[*at];
        let class = match view {
            View::Seen(_) => CAMERA,
            View::Unknown => CAMERA_UNKNOWN,
            View::Indoors => CAMERA_INDOORS,
            View::Out => CAMERA_OUT,
        };
        add(camera.id, camera.position, Symbol::Camera, class, None);
    }
    let state = |guarded: &Guarded, [yes, no, perhaps]: [usize; 3]| match guarded {
        Guarded { cameras: 1.., .. } if !guarded.is_partly() => yes,
        Guarded { perhaps: true, .. } => perhaps,
        Guarded { .. } => no,
    };
    let gates = snapshot.resources.iter().filter(|resource| resource.kind == ResourceKind::Gate);
    for (gate, guarded) in gates.zip(&found.gates) {
        add(gate.id, gate.position, Symbol::Gate, state(guarded, [GATE, GATE_BLIND, GATE_UNKNOWN]), gate.name.clone());
    }
    for (hazard, guarded) in snapshot.hazards.iter().zip(&found.hazards) {
        if let Some(at) = hazard.shape.centroid() {
            let place = [at.x(), at.y()];
            // Where a camera with an unknown view may see the rest, whether it is watched whole is not known.
            if guarded.is_partly() && !guarded.perhaps {
                let label = [hazard.substance.clone(), Some(part(guarded.share))];
                let label = label.into_iter().flatten().collect::<Vec<_>>().join(", ");
                add(hazard.id, place, Symbol::Hazard, HAZARD_PARTLY, Some(label));
                continue;
            }
            let class = state(guarded, [HAZARD, HAZARD_BLIND, HAZARD_UNKNOWN]);
            add(hazard.id, place, Symbol::Hazard, class, hazard.substance.clone());
        }
    }
    for (road, at) in found.restricted.iter().flat_map(|site| &site.open) {
        add(*road, *at, Symbol::Dot, OPEN, None);
    }
    marks
}

fn zones(found: &Security, counts: &mut [usize]) -> Vec<Zone> {
    let seen: Vec<Polygon<f64>> = found
        .cameras
        .iter()
        .filter_map(|(_, view)| if let View::Seen(area) = view { Some(area.clone()) } else { None })
        .collect();
    counts[VIEW] = seen.len();
    let mut zones = Vec::new();
    if !seen.is_empty() {
        zones.push(Zone { area: unary_union(&seen), class: VIEW });
    }
    let stretches = found.compounds.iter().flat_map(|compound| &compound.blind.0);
    let pieces: Vec<Polygon<f64>> =
        stretches.inspect(|_| counts[STRETCH] += 1).flat_map(|line| line.lines_iter().filter_map(strip)).collect();
    if !pieces.is_empty() {
        zones.push(Zone { area: MultiPolygon::new(unary_union(&pieces).0), class: STRETCH });
    }
    zones
}

/// A line as wide as it is drawn, a little longer than it is, so that corners close.
pub(in crate::emergency) fn strip(line: geo::Line<f64>) -> Option<Polygon<f64>> {
    let along = line.delta();
    let length_m = along.x.hypot(along.y);
    if length_m <= 0.0 {
        return None;
    }
    let ahead = along * (STRETCH_M / length_m);
    let aside = Coord { x: -ahead.y, y: ahead.x };
    let (from, to) = (line.start - ahead, line.end + ahead);
    let ring = vec![from - aside, to - aside, to + aside, from + aside];
    Some(Polygon::new(ring.into(), Vec::new()))
}
