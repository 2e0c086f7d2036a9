//! An explosion and the fireball of a vessel that bursts: over within seconds, with rings of what they do about the place.
//!
//! The models are those of `twin calc blast` and `twin calc heat --model fireball`; what they leave out is said there.

use geo::{Distance, Euclidean, MultiPolygon, Point};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureKind, HazardSource};

use super::CLOSES_LEVEL;
use super::heat::level_of_heat;
use crate::emergency::drill::outcome::LevelReached;
use crate::emergency::drill::{Contour, DrillError, DrillFile};
use crate::emergency::hazard::{
    Fireball, HazardError, HazardRules, Level, Weather, blast, blast_distance_m, distance_of_level, round_zone,
    tnt_equivalent_kg,
};
use crate::words;
use crate::words::Words;

/// People outside are looked at every so many seconds: what is over sooner meets one look.
const LOOK_S: f64 = 10.0;
/// How far a level is looked for, m.
const FARTHEST_M: f64 = 1e4;

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// So many kg of TNT explode on the ground.
    Blast(f64),
    Fireball(Fireball),
}

/// What a file asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'f> {
    /// Key of the source.
    pub(super) key: &'f str,
    pub(super) mass_kg: f64,
    pub(super) at_min: f64,
    /// A fireball, and not an explosion.
    pub(super) burns: bool,
}

/// A level with its reach.
#[derive(Debug, Clone, PartialEq)]
struct Ring {
    name: String,
    value: f64,
    reach_m: f64,
    contour: Contour,
}

/// A burst.
#[derive(Debug)]
pub(in crate::emergency::drill) struct Burst<'a> {
    pub(super) source: &'a HazardSource,
    pub(super) at_s: f64,
    place: [f64; 2],
    mass_kg: f64,
    kind: Kind,
    /// The mildest first.
    rings: Vec<Ring>,
    /// Buildings within the mildest, by their slots, and the worst at their walls: Pa or W/m².
    within: Vec<(usize, f64)>,
}

impl<'a> Burst<'a> {
    /// The burst of a drill: of a part of what a source has on record, and no more than that.
    pub(super) fn of(
        file: &DrillFile,
        cache: &'a Cache,
        rules: &HazardRules,
        weather: &Weather,
        asked: &Asked<'_>,
    ) -> Result<Self, DrillError> {
        use geo::Centroid;
        let &Asked { key, mass_kg, at_min, burns } = asked;
        let park = cache.snapshot();
        let Some(source) = park.hazards.iter().find(|hazard| hazard.provenance.key == key) else {
            return Err(file.wrong(key, format!("park {} has no hazard source {key:?}", park.park.slug)));
        };
        let lacks = |what: &str| file.wrong(key, format!("{what} of {key:?} is not on record"));
        if let Some(most_t) = source.quantity_t.filter(|most_t| mass_kg > most_t * 1000.0) {
            let reason = format!("{mass_kg} kg burst, and of {key:?} {most_t} t are on record");
            return Err(file.wrong("mass_kg", reason));
        }
        let name = source.substance.as_deref().or(source.cas.as_deref()).ok_or_else(|| lacks("the substance"))?;
        let place = source.shape.centroid().map(|at| [at.x(), at.y()]).ok_or_else(|| lacks("the place"))?;
        let hazard = |source| DrillError::Hazard { line: file.line_of(key), source };
        let kind = kind_of(rules, name, mass_kg, burns).map_err(hazard)?;
        let rings = kind.rings(rules, weather, place).map_err(hazard)?;
        let within = kind.within(cache, rules, weather, place, &rings).map_err(hazard)?;
        Ok(Self { source, at_s: at_min * 60.0, place, mass_kg, kind, rings, within })
    }

    /// The level from which nobody should have been there.
    fn closing(&self) -> Option<&Ring> {
        self.rings.iter().find(|ring| ring.contour.level >= CLOSES_LEVEL)
    }

    /// What is said when it comes.
    pub(super) fn said(&self) -> Words {
        let (source, mass) = (self.source.provenance.key.as_str(), format!("{:.0}", self.mass_kg));
        match self.kind {
            Kind::Blast(tnt_kg) => words!(
                "drill-blast",
                "{source} explodes: {mass} kg, as {tnt} kg of TNT",
                source = source,
                mass = mass,
                tnt = format!("{tnt_kg:.0}")
            ),
            Kind::Fireball(ball) => words!(
                "drill-fireball",
                "{source} bursts: {mass} kg burn as a fireball {diameter} m across for {seconds} s",
                source = source,
                mass = mass,
                diameter = format!("{:.0}", ball.diameter_m),
                seconds = format!("{:.0}", ball.duration_s)
            ),
        }
    }

    /// True at a place, while it lasts, from the level on from which nobody should be there.
    pub(super) fn hits(&self, place: [f64; 2], now_s: f64) -> bool {
        let lasts_s = match self.kind {
            Kind::Blast(_) => LOOK_S,
            Kind::Fireball(ball) => ball.duration_s.max(LOOK_S),
        };
        let gap_m = (place[0] - self.place[0]).hypot(place[1] - self.place[1]);
        (self.at_s..self.at_s + lasts_s).contains(&now_s) && self.closing().is_some_and(|ring| gap_m <= ring.reach_m)
    }

    /// Buildings that it has reached, and the worst at their walls.
    pub(super) fn buildings(&self, now_s: f64) -> Vec<(usize, f64)> {
        if now_s >= self.at_s { self.within.clone() } else { Vec::new() }
    }

    /// What bounds where nobody should have been, and where that is.
    pub(super) fn zone(&self, now_s: f64) -> (Words, MultiPolygon<f64>) {
        let closing = self.closing().filter(|_| now_s >= self.at_s);
        closing.map_or_else(
            || (Words::default(), MultiPolygon::new(Vec::new())),
            |ring| (ring.contour.label.clone(), ring.contour.area.clone()),
        )
    }

    /// Whom an alert of an explosion is for: all within the mildest ring, where glass breaks.
    pub(super) fn alert(&self, now_s: f64) -> Option<(Words, MultiPolygon<f64>)> {
        let tells = matches!(self.kind, Kind::Blast(_)) && now_s >= self.at_s;
        let mildest = self.rings.first().filter(|_| tells)?;
        Some((mildest.contour.label.clone(), mildest.contour.area.clone()))
    }

    /// Its rings, from the moment on at which it came: they tell what it has reached.
    pub(super) fn contours(&self, now_s: f64) -> Vec<Contour> {
        if now_s < self.at_s {
            return Vec::new();
        }
        self.rings.iter().map(|ring| ring.contour.clone()).collect()
    }

    /// Unit of its levels.
    pub(super) const fn unit(&self) -> &'static str {
        match self.kind {
            Kind::Blast(_) => "Pa",
            Kind::Fireball(_) => "W/m2",
        }
    }

    /// Its levels with their reach and the buildings that each reaches, of those that count, with the people in them.
    pub(super) fn levels(&self, people: impl Fn(usize) -> Option<(u32, bool)>) -> Vec<LevelReached> {
        let level = |ring: &Ring| {
            let over = self.within.iter().filter(|(_, worst)| *worst >= ring.value);
            let (mut buildings, mut persons_indoors, mut buildings_unknown) = (0, 0, 0);
            for (persons, unknown) in over.filter_map(|(slot, _)| people(*slot)) {
                buildings += 1;
                persons_indoors += persons;
                buildings_unknown += usize::from(unknown);
            }
            LevelReached {
                name: ring.name.clone(),
                value: ring.value,
                unit: self.unit(),
                reach_m: ring.reach_m,
                buildings,
                persons_indoors,
                buildings_unknown,
            }
        };
        self.rings.iter().map(level).collect()
    }
}

/// What a mass of a substance makes: an explosion, or a fireball where it burns.
fn kind_of(rules: &HazardRules, name: &str, mass_kg: f64, burns: bool) -> Result<Kind, HazardError> {
    let substance = rules.substance(name)?;
    if burns {
        return Ok(Kind::Fireball(Fireball::new(rules, substance, mass_kg, None)?));
    }
    let combustion = substance.combustion_j_kg.ok_or_else(|| HazardError::Unknown {
        model: "TNT equivalence",
        property: "heat of combustion",
        substance: substance.name.clone(),
    })?;
    let value = |name: &str| rules.figure("blast", name).value;
    Ok(Kind::Blast(tnt_equivalent_kg(mass_kg, combustion, value("efficiency"), value("tnt_j_kg"))?))
}

impl Kind {
    /// How strong it is at a distance, Pa or W/m². Nearer than the curve of the blast begins, it is that of its beginning, at least.
    fn at(self, rules: &HazardRules, weather: &Weather, gap_m: f64) -> Result<f64, HazardError> {
        match self {
            Self::Fireball(ball) => ball.heat_w_m2(rules, gap_m, weather),
            Self::Blast(tnt_kg) => match blast(rules, tnt_kg, gap_m.max(1e-6)) {
                Err(HazardError::OutOfRange { value, low, .. }) if value < low => {
                    Ok(blast(rules, tnt_kg, low * (1.0 + 1e-9))?.incident_pa)
                }
                found => Ok(found?.incident_pa),
            },
        }
    }

    /// The levels of the table about a place, the mildest first. What no place on the ground has reaches nowhere.
    fn rings(self, rules: &HazardRules, weather: &Weather, place: [f64; 2]) -> Result<Vec<Ring>, HazardError> {
        let levels = match self {
            Self::Blast(_) => &rules.effects().blast_level,
            Self::Fireball(_) => &rules.effects().heat_level,
        };
        let ring = |(number, level): (u8, &Level)| -> Result<Ring, HazardError> {
            let thousands = format!("{:.1}", level.value / 1000.0);
            let (reach_m, danger, label) = match self {
                Self::Blast(tnt_kg) => (
                    blast_distance_m(rules, tnt_kg, level.value)?,
                    number.min(3),
                    words!(
                        "drill-zone-blast",
                        "overpressure {level} kPa: {what}",
                        what = level_words(&level.name),
                        level = thousands
                    ),
                ),
                Self::Fireball(_) => (
                    distance_of_level(level.value, (0.0, FARTHEST_M), |x| self.at(rules, weather, x))?.unwrap_or(0.0),
                    level_of_heat(level.value),
                    words!("drill-zone-heat", "heat {level} kW/m²", level = (level.value / 1000.0).to_string()),
                ),
            };
            let area = round_zone("", place, reach_m).area;
            let contour = Contour { label, level: danger, above_m: 0.0, water_m: None, area };
            Ok(Ring { name: level.name.clone(), value: level.value, reach_m, contour })
        };
        (1_u8..).zip(levels).map(ring).collect()
    }

    /// Buildings within the mildest ring, and how strong it is where their walls come nearest.
    fn within(
        self,
        cache: &Cache,
        rules: &HazardRules,
        weather: &Weather,
        place: [f64; 2],
        rings: &[Ring],
    ) -> Result<Vec<(usize, f64)>, HazardError> {
        let reach_m = rings.iter().map(|ring| ring.reach_m).fold(0.0, f64::max);
        let [low, high] = [-reach_m, reach_m].map(|by| [place[0] + by, place[1] + by]);
        let mut near = cache.slots_in_envelope(low, high, FeatureKind::Building);
        near.sort_unstable();
        let middle = Point::from(place);
        let mut out = Vec::new();
        for slot in near {
            let gap_m = Euclidean.distance(&cache.snapshot().buildings[slot].footprint, &middle);
            if gap_m <= reach_m {
                out.push((slot, self.at(rules, weather, gap_m)?));
            }
        }
        Ok(out)
    }
}

/// What a level of the table does, in words; a name of another table stays as it is.
pub(in crate::emergency::drill) fn level_words(name: &str) -> Words {
    match name {
        "pain" => words!("drill-level-pain", "pain"),
        "second-degree burns" => words!("drill-level-burns", "second-degree burns"),
        "potentially lethal" => words!("drill-level-lethal", "potentially lethal"),
        "ignition of wood" => words!("drill-level-wood", "ignition of wood"),
        "damage to equipment" => words!("drill-level-equipment", "damage to equipment"),
        "glass shatters" => words!("drill-level-glass", "glass shatters"),
        "serious injury likely" => words!("drill-level-injury", "serious injury likely"),
        "destruction of buildings" => words!("drill-level-destruction", "destruction of buildings"),
        other => Words::from(other),
    }
}
