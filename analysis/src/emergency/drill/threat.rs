//! The hazard of a drill as it goes on: where it is dangerous now.

mod burst;
mod contours;
mod heat;
mod levels;

use geo::{BooleanOps, BoundingRect, Buffer, Contains, CoordsIter, Distance, Euclidean, MultiPolygon, Point};
use spatial_db::cache::Cache;
use spatial_db::model::{Building, FeatureKind, HazardSource, NetworkClass, Presence};

use super::file::{DrillFile, HazardSpec, LeakSpec};
use super::given::Release;
use super::outcome::LevelReached;
use super::sky::Air;
use super::supply::Supplies;
use super::{Contour, DrillError};
use crate::emergency::hazard::{
    Cloud, Flood, FloodExtent, Frame, GuidelineKind, HazardRules, Hole, Leak, Plume, PlumeInput, Tank, Weather,
    cloud_zone, exposed_buildings, flood, round_zone, source_of,
};
use crate::emergency::hydrants::{Worth, worth_for_building, worth_for_hazard};
use crate::rules::RuleSet;
use crate::words;
use crate::words::{Phrase, Words, phrase};

pub(super) use burst::level_words;
use burst::{Asked, Burst};
use levels::check_levels;

/// Level of a toxic guideline from which nobody is to walk: disabling harm.
const CLOSES_LEVEL: u8 = 2;
/// Exposure that the levels are for, min.
const EXPOSURE_MIN: f64 = 60.0;

/// A leak that runs.
#[derive(Debug, Clone)]
pub(super) struct Cloudy {
    plume: Plume,
    frame: Frame,
    threshold_kg_m3: f64,
    name: String,
    /// What comes into the air, kg/s.
    pub(super) airborne_kg_s: f64,
    /// When it began in this wind and when it stopped, s.
    began_s: f64,
    stopped_s: Option<f64>,
    /// What it follows from.
    release: Release,
}

/// The hazard.
#[derive(Debug)]
pub(super) enum Threat<'a> {
    Leak {
        source: &'a HazardSource,
        at_s: f64,
        cloud: Option<Box<Cloudy>>,
        weather: Weather,
        air: Air,
        given: Option<Box<Release>>,
    },
    /// `heat` are the rings about a pool that burns in it, and `hot_m` how near to its middle nobody goes by a way.
    Fire {
        building: &'a Building,
        at_s: f64,
        cordon_m: f64,
        area: MultiPolygon<f64>,
        within: Vec<usize>,
        heat: Vec<Contour>,
        hot_m: f64,
    },
    Power {
        at_s: f64,
        without: Vec<usize>,
        area: MultiPolygon<f64>,
        known: bool,
    },
    Flood {
        levels: Vec<(f64, f64)>,
        from: Option<Vec<[f64; 2]>>,
        closes_m: f64,
        extent: Option<FloodExtent>,
    },
    /// An explosion or a fireball.
    Burst(Burst<'a>),
}

impl<'a> Threat<'a> {
    /// The hazard of a drill on a park.
    pub(super) fn of(file: &DrillFile, cache: &'a Cache, rules: &HazardRules) -> Result<Self, DrillError> {
        let park = cache.snapshot();
        let air = Air::of(file, cache)?;
        let weather = Weather {
            wind_m_s: file.weather.wind_m_s,
            wind_from_deg: file.weather.wind_from_deg,
            stability: air.class(file, rules, file.weather.wind_m_s)?,
            temperature_k: file.weather.temperature_c + 273.15,
            ..Weather::default()
        };
        match &file.hazard {
            HazardSpec::Blast { source, mass_kg, at_min } | HazardSpec::Fireball { source, mass_kg, at_min } => {
                let burns = matches!(file.hazard, HazardSpec::Fireball { .. });
                let asked = Asked { key: source, mass_kg: *mass_kg, at_min: *at_min, burns };
                Ok(Self::Burst(Burst::of(file, cache, rules, &weather, &asked)?))
            }
            HazardSpec::Leak { source, at_min, .. } => {
                let found = park.hazards.iter().find(|hazard| hazard.provenance.key == *source);
                let Some(hazard) = found else {
                    return Err(file.wrong(
                        source,
                        words!(
                            "drill-wrong-source",
                            "park {park} has no hazard source {key}",
                            park = park.park.slug.as_str(),
                            key = format!("{source:?}")
                        ),
                    ));
                };
                let at_s = at_min * 60.0;
                let mut threat = Self::Leak { source: hazard, at_s, cloud: None, weather, air, given: None };
                // Whatever cannot be worked out is said before the drill begins.
                threat.leak(file, rules, at_s)?;
                if let Self::Leak { cloud, given, .. } = &mut threat {
                    *given = cloud.take().map(|cloud| Box::new(cloud.release));
                }
                Ok(threat)
            }
            HazardSpec::Fire { building, at_min, cordon_m, pool, .. } => {
                let found = park.buildings.iter().find(|b| b.provenance.key == *building);
                let Some(burning) = found else {
                    return Err(file.wrong(
                        building,
                        words!(
                            "drill-wrong-building",
                            "park {park} has no building {key}",
                            park = park.park.slug.as_str(),
                            key = format!("{building:?}")
                        ),
                    ));
                };
                let slot = park.buildings.iter().position(|b| b.provenance.key == *building).unwrap_or_default();
                if park.park.as_of.is_some_and(|as_of| !Presence::on(park, as_of).buildings[slot]) {
                    let reason = words!(
                        "drill-wrong-gone",
                        "building {key} does not stand on the date of park {park}",
                        key = format!("{building:?}"),
                        park = park.park.slug.as_str()
                    );
                    return Err(file.wrong(building, reason));
                }
                let footprint = &burning.footprint;
                let within = footprint.bounding_rect().map_or_else(Vec::new, |bounds| {
                    let (low, high) = (bounds.min(), bounds.max());
                    let low = [low.x - cordon_m, low.y - cordon_m];
                    let high = [high.x + cordon_m, high.y + cordon_m];
                    let near = cache.slots_in_envelope(low, high, FeatureKind::Building);
                    let reached =
                        |slot: &usize| Euclidean.distance(&park.buildings[*slot].footprint, footprint) <= *cordon_m;
                    near.into_iter().filter(reached).collect()
                });
                let area = if *cordon_m > 0.0 { footprint.buffer(*cordon_m) } else { footprint.clone() };
                let (at_s, cordon_m) = (at_min * 60.0, *cordon_m);
                let mut threat =
                    Self::Fire { building: burning, at_s, cordon_m, area, within, heat: Vec::new(), hot_m: 0.0 };
                if let Some((pool, place)) = pool.as_ref().zip(threat.place()) {
                    let line = file.line_of(&pool.substance);
                    let rings = heat::rings(rules, pool, &weather, place);
                    let wrong = |source| DrillError::Hazard { line, source };
                    let rings = rings.map_err(wrong)?;
                    let closes_m = heat::closes_m(rules, pool, &weather).map_err(wrong)?;
                    if let Self::Fire { heat, hot_m, .. } = &mut threat {
                        (*heat, *hot_m) = (rings, closes_m);
                    }
                }
                Ok(threat)
            }
            HazardSpec::Power { line, at_min } => {
                let found =
                    Supplies::of(park).lost(NetworkClass::Power, line).map_err(|reason| file.wrong(line, reason))?;
                let shapes = found.buildings.iter().flat_map(|slot| park.buildings[*slot].footprint.iter().cloned());
                let area = MultiPolygon::new(shapes.collect());
                Ok(Self::Power { at_s: at_min * 60.0, without: found.buildings, area, known: found.known })
            }
            HazardSpec::Flood { levels, from, closes_m } => {
                let Some(terrain) = &park.terrain else {
                    return Err(file.wrong(
                        "levels",
                        words!("drill-wrong-terrain", "park {park} has no terrain", park = park.park.slug.as_str()),
                    ));
                };
                let from: Vec<[f64; 2]> = from.iter().map(|&(x, y)| [x, y]).collect();
                let from = (!from.is_empty()).then_some(from);
                check_levels(file, &park.park.slug, terrain, levels, from.as_deref())?;
                let levels = levels.iter().map(|&(minute, level)| (minute * 60.0, level)).collect();
                Ok(Self::Flood { levels, from, closes_m: *closes_m, extent: None })
            }
        }
    }

    /// When it begins, s.
    pub(super) fn begins_s(&self) -> f64 {
        match self {
            Self::Leak { at_s, .. } | Self::Fire { at_s, .. } | Self::Power { at_s, .. } => *at_s,
            Self::Burst(burst) => burst.at_s,
            Self::Flood { levels, .. } => levels[0].0,
        }
    }

    /// Where crews go, m.
    pub(super) fn place(&self) -> Option<[f64; 2]> {
        use geo::Centroid;
        let point = match self {
            Self::Leak { source, .. } => source.shape.centroid(),
            Self::Burst(burst) => burst.source.shape.centroid(),
            Self::Fire { building, .. } => building.footprint.centroid(),
            Self::Flood { .. } | Self::Power { .. } => None,
        }?;
        Some([point.x(), point.y()])
    }

    /// Starts the leak, or starts it anew in another wind.
    pub(super) fn leak(&mut self, file: &DrillFile, rules: &HazardRules, now_s: f64) -> Result<(), DrillError> {
        let place = self.place();
        let (Self::Leak { source, cloud, weather, .. }, HazardSpec::Leak { source: key, hole_mm, leak, .. }) =
            (self, &file.hazard)
        else {
            return Ok(());
        };
        let line = file.line_of(key);
        let hazard = |source| DrillError::Hazard { line, source };
        let lacks = |what: Phrase| {
            file.wrong(
                key,
                words!(
                    "drill-wrong-unrecorded",
                    "{what} of {key} is not on record",
                    what = what,
                    key = format!("{key:?}")
                ),
            )
        };
        let name = source
            .substance
            .as_deref()
            .or(source.cas.as_deref())
            .ok_or_else(|| lacks(phrase("drill-wrong-substance", "the substance")))?;
        let substance = rules.substance(name).map_err(hazard)?;
        let quantity_t = source.quantity_t.ok_or_else(|| lacks(phrase("drill-wrong-quantity", "the quantity")))?;
        let content_kg = quantity_t * 1000.0;
        let leak = match leak {
            LeakSpec::Gas => Leak::Gas,
            LeakSpec::Liquid(head_m) => Leak::Liquid { head_m: *head_m },
            LeakSpec::Pipe => Leak::Pipe,
        };
        let hole = Hole { diameter_m: hole_mm * 1e-3, discharge: 0.62 };
        let temperature_k = weather.temperature_k;
        let tank = Tank { substance, content_kg, temperature_k, pressure_pa: None, hole, leak };
        let found = source_of(rules, &tank, weather).map_err(hazard)?;
        if found.airborne_kg_s <= 0.0 {
            let reason = words!(
                "drill-wrong-pool",
                "what leaks from {key} makes a pool and no cloud: a leak of a liquefied gas is needed",
                key = format!("{key:?}")
            );
            return Err(file.wrong(key, reason));
        }
        let thresholds = substance
            .thresholds(GuidelineKind::Aegl, EXPOSURE_MIN)
            .or_else(|_| substance.thresholds(GuidelineKind::Erpg, EXPOSURE_MIN))
            .map_err(hazard)?;
        let Some(threshold) = thresholds.into_iter().find(|threshold| threshold.level == CLOSES_LEVEL) else {
            return Err(lacks(phrase("drill-wrong-guideline", "a guideline of level 2")));
        };
        let input = PlumeInput {
            rate_kg_s: found.airborne_kg_s,
            duration_s: Some(found.duration_s.clamp(1.0, 86_400.0)),
            height_m: 1.0,
            weather: *weather,
            terrain: file.weather.terrain,
            sigma_set: None,
            averaging_s: None,
            extrapolate: true,
        };
        let plume = Plume::new(rules, &input).map_err(hazard)?;
        let release = Release::of(rules, (substance, quantity_t), &found, &threshold, weather);
        *cloud = Some(Box::new(Cloudy {
            plume,
            frame: Frame::new(place.unwrap_or_default(), weather),
            threshold_kg_m3: release.threshold_kg_m3,
            name: threshold.name,
            airborne_kg_s: found.airborne_kg_s,
            began_s: now_s,
            stopped_s: None,
            release,
        }));
        Ok(())
    }

    /// Turns the wind. The cloud stands in the new wind at once.
    pub(super) fn turn(
        &mut self,
        file: &DrillFile,
        rules: &HazardRules,
        now_s: f64,
        wind: (f64, f64),
    ) -> Result<(), DrillError> {
        let running = if let Self::Leak { weather, cloud, air, .. } = self {
            (weather.wind_from_deg, weather.wind_m_s) = wind;
            weather.stability = air.class(file, rules, weather.wind_m_s)?;
            cloud.as_ref().map(|cloud| (cloud.began_s, cloud.stopped_s))
        } else {
            None
        };
        let Some((began_s, stopped_s)) = running else { return Ok(()) };
        self.leak(file, rules, now_s)?;
        if let Self::Leak { cloud: Some(cloud), .. } = self {
            cloud.began_s = began_s;
            if let Some(stopped_s) = stopped_s {
                cloud.stop(stopped_s);
            }
        }
        Ok(())
    }

    /// Stops the leak.
    pub(super) fn stop(&mut self, now_s: f64) {
        if let Self::Leak { cloud: Some(cloud), .. } = self {
            cloud.stop(now_s);
        }
    }

    /// True where nobody can walk in it: deep water. Out of a cloud or a cordon people go, though nobody goes in.
    pub(super) fn stops_people(&self) -> bool {
        matches!(self, Self::Flood { .. })
    }

    /// Where a pool burns, and how near to it nobody goes by a way, m: who is there gets out.
    pub(super) fn hot(&self, now_s: f64) -> Option<([f64; 2], f64)> {
        match self {
            Self::Fire { at_s, hot_m, .. } if now_s >= *at_s && *hot_m > 0.0 => Some((self.place()?, *hot_m)),
            _ => None,
        }
    }

    /// What leaks, as the drill began with it.
    pub(super) fn release(&self) -> Option<&Release> {
        match self {
            Self::Leak { given, .. } => given.as_deref(),
            _ => None,
        }
    }

    /// What comes into the air, kg/s.
    pub(super) fn airborne_kg_s(&self) -> Option<f64> {
        match self {
            Self::Leak { cloud, .. } => cloud.as_ref().map(|cloud| cloud.airborne_kg_s),
            _ => None,
        }
    }

    /// Lays the water of this moment. Water that cannot be laid is an error: it is not dry there.
    pub(super) fn advance(&mut self, file: &DrillFile, cache: &Cache, now_s: f64) -> Result<(), DrillError> {
        if let (Self::Flood { levels, from, extent, .. }, Some(terrain)) = (self, &cache.snapshot().terrain) {
            let water = Flood { level_m: level_at(levels, now_s), from: from.as_deref() };
            let laid = flood(terrain, &water);
            *extent = Some(laid.map_err(|source| DrillError::Hazard { line: file.line_of("levels"), source })?);
        }
        Ok(())
    }

    /// How strong it is at a place now: kg/m³, m of water, 1 within the cordon or where a burst hurts people (power keeps nobody from
    /// walking); and whether nobody is to walk there.
    pub(super) fn at(&self, place: [f64; 2], now_s: f64) -> (f64, bool) {
        match self {
            Self::Leak { cloud, .. } => {
                let Some(cloud) = cloud else { return (0.0, false) };
                let value = cloud.at(place, now_s);
                (value, value > cloud.threshold_kg_m3)
            }
            Self::Fire { building, at_s, cordon_m, .. } => {
                let gap = Euclidean.distance(&building.footprint, &Point::from(place));
                let near = now_s >= *at_s && (gap <= *cordon_m || building.footprint.contains(&Point::from(place)));
                (f64::from(u8::from(near)), near)
            }
            Self::Burst(burst) => {
                let hit = burst.hits(place, now_s);
                (f64::from(u8::from(hit)), hit)
            }
            // Nobody is kept from walking by it.
            Self::Power { .. } => (0.0, false),
            Self::Flood { closes_m, extent, .. } => {
                let depth = extent.as_ref().and_then(|extent| extent.depth_m(place)).unwrap_or(0.0);
                (depth, depth > *closes_m)
            }
        }
    }

    /// Buildings in it now, by their slots, and how strong it is there: the cloud at its strongest about them, water at its deepest at their
    /// corners and middle, 1 within the cordon, Pa or W/m² of a burst.
    pub(super) fn buildings(&self, cache: &Cache, now_s: f64) -> Vec<(usize, f64)> {
        match self {
            Self::Leak { cloud: Some(cloud), .. } => {
                let moment = cloud.plume.at_moment(cloud.age(now_s));
                let found = exposed_buildings(cache, &moment, &cloud.frame, &[cloud.threshold_kg_m3], 0.0);
                found.unwrap_or_default().iter().map(|one| (one.slot, one.peak_kg_m3)).collect()
            }
            Self::Fire { within, at_s, .. } if now_s >= *at_s => within.iter().map(|slot| (*slot, 1.0)).collect(),
            Self::Burst(burst) => burst.buildings(now_s),
            // A building without power is in no danger by that.
            Self::Leak { .. } | Self::Fire { .. } | Self::Power { .. } => Vec::new(),
            Self::Flood { closes_m, extent, .. } => {
                let Some(extent) = extent else { return Vec::new() };
                let deepest = |building: &Building| depths(extent, building).into_iter().flatten().fold(0.0, f64::max);
                let all = cache.snapshot().buildings.iter().map(deepest).enumerate();
                all.filter(|(_, depth)| depth > closes_m).collect()
            }
        }
    }

    /// Buildings that the hazard takes the power from, by their slots.
    pub(super) fn without_power(&self, now_s: f64) -> &[usize] {
        match self {
            Self::Power { without, at_s, .. } if now_s >= *at_s => without,
            _ => &[],
        }
    }

    /// False where power fails in a part of the network without a source on record: what hangs behind it is not known.
    pub(super) const fn lost_is_known(&self) -> bool {
        !matches!(self, Self::Power { known: false, .. })
    }

    /// Slots of the buildings of a flood that stand on ground of which heights are missing, be it under a corner.
    pub(super) fn without_height(&self, cache: &Cache) -> Vec<usize> {
        let Self::Flood { extent: Some(extent), .. } = self else { return Vec::new() };
        let lacks = |building: &Building| depths(extent, building).iter().any(Option::is_none);
        let all = cache.snapshot().buildings.iter().enumerate();
        all.filter(|(_, building)| lacks(building)).map(|(slot, _)| slot).collect()
    }

    /// True in a flood at a place where the height of the ground is not known: nobody can say that it is dry.
    pub(super) fn lacks_height(&self, place: [f64; 2]) -> bool {
        matches!(self, Self::Flood { extent: Some(extent), .. } if extent.depth_m(place).is_none())
    }

    /// What is said when a burst comes.
    pub(super) fn burst_said(&self) -> Option<Words> {
        match self {
            Self::Burst(burst) => Some(burst.said()),
            _ => None,
        }
    }

    /// Levels of a burst with their reach and the buildings and people in them. `people` tells of a building that counts how many were
    /// indoors, and whether that is not known.
    pub(super) fn levels(&self, people: impl Fn(usize) -> Option<(u32, bool)>) -> Vec<LevelReached> {
        match self {
            Self::Burst(burst) => burst.levels(people),
            _ => Vec::new(),
        }
    }

    /// Unit of how strong it is.
    pub(super) const fn unit(&self) -> &'static str {
        match self {
            Self::Leak { .. } => "kg/m3",
            Self::Fire { .. } => "cordon",
            Self::Power { .. } => "",
            Self::Burst(burst) => burst.unit(),
            Self::Flood { .. } => "m",
        }
    }

    /// What a hydrant is worth for the place: by the rule of the overlay, to the wall of the tank or of the building.
    pub(super) fn worth(&self, position: [f64; 2], rules: &RuleSet) -> Worth {
        match self {
            Self::Leak { source, .. } => worth_for_hazard(position, source, rules),
            Self::Burst(burst) => worth_for_hazard(position, burst.source, rules),
            Self::Fire { building, .. } => worth_for_building(position, building, rules),
            Self::Flood { .. } | Self::Power { .. } => Worth::Far,
        }
    }

    /// What bounds the danger, and where it is now.
    pub(super) fn zone(&self, now_s: f64) -> (Words, MultiPolygon<f64>) {
        let nothing = MultiPolygon::new(Vec::new());
        match self {
            Self::Leak { cloud: Some(cloud), .. } => {
                let found = cloud_zone(
                    &cloud.plume.at_moment(cloud.age(now_s)),
                    &cloud.frame,
                    &cloud.name,
                    cloud.threshold_kg_m3,
                    0.0,
                );
                (Words::from(cloud.name.as_str()), found.map_or(nothing, |zone| zone.area))
            }
            Self::Leak { .. } => (Words::default(), nothing),
            Self::Fire { area, at_s, cordon_m, .. } => {
                let name = words!("drill-zone-cordon", "cordon {far} m", far = format!("{cordon_m:.0}"));
                (name, if now_s >= *at_s { area.clone() } else { nothing })
            }
            Self::Burst(burst) => burst.zone(now_s),
            Self::Power { area, at_s, .. } => {
                (words!("drill-zone-power", "without power"), if now_s >= *at_s { area.clone() } else { nothing })
            }
            Self::Flood { extent, closes_m, .. } => {
                let area = extent.as_ref().map_or(nothing, |extent| extent.deeper_than(*closes_m));
                (words!("drill-zone-water", "water deeper than {depth} m", depth = closes_m.to_string()), area)
            }
        }
    }

    /// Whom an alert is for once it has begun, where that is more than its zone: who is in the heat of a fire beyond its cordon, or may
    /// stand at a window that an explosion breaks.
    pub(super) fn alert(&self, now_s: f64) -> Option<(Words, MultiPolygon<f64>)> {
        match self {
            Self::Fire { area, cordon_m, .. } => {
                let (place, hot_m) = self.hot(now_s)?;
                let name = words!(
                    "drill-zone-cordon-and-heat",
                    "cordon {far} m, and {hot} m about the fire's middle with 5 kW/m² or more",
                    far = format!("{cordon_m:.0}"),
                    hot = format!("{hot_m:.0}")
                );
                Some((name, area.union(&round_zone("", place, hot_m).area)))
            }
            Self::Burst(burst) => burst.alert(now_s),
            _ => None,
        }
    }
}

impl Cloudy {
    fn age(&self, now_s: f64) -> f64 {
        (now_s - self.began_s).max(0.0)
    }

    /// Stops the leak: what is in the air drifts off, and nothing follows.
    fn stop(&mut self, now_s: f64) {
        let stopped_s = self.stopped_s.map_or(now_s, |before| before.min(now_s));
        self.plume = self.plume.stopped_after(stopped_s - self.began_s);
        self.stopped_s = Some(stopped_s);
    }

    /// Concentration at a place, kg/m³.
    fn at(&self, place: [f64; 2], now_s: f64) -> f64 {
        let [x, y] = self.frame.wind_from_map(place);
        self.plume.at_moment(self.age(now_s)).slice(x, 0.0).map_or(0.0, |slice| slice.at(y))
    }
}

/// Depths at the corners and the middle of a building, m; none where the height of the ground is not known.
fn depths(extent: &FloodExtent, building: &Building) -> Vec<Option<f64>> {
    use geo::Centroid;
    let corners = building.footprint.coords_iter().map(|c| [c.x, c.y]);
    let middle = building.footprint.centroid().map(|c| [c.x(), c.y()]);
    corners.chain(middle).map(|place| extent.depth_m(place)).collect()
}

/// Level of the water at a time, straight from one to the next.
fn level_at(levels: &[(f64, f64)], now_s: f64) -> f64 {
    let after = levels.iter().position(|level| level.0 > now_s);
    match after {
        None => levels[levels.len() - 1].1,
        // Before the first the water stands where nothing is wet.
        Some(0) => f64::from(-400_i16),
        Some(k) => {
            let ((t0, l0), (t1, l1)) = (levels[k - 1], levels[k]);
            l0 + (l1 - l0) * (now_s - t0) / (t1 - t0)
        }
    }
}
