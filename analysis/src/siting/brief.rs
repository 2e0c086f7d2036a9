//! What a brief says of one candidate: key facts, needs, connections, neighbours, readiness. How it looks is left to the command.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use geo::MultiPolygon;
use serde::Deserialize;

use super::enlarge::{holder_words, registered_words};
use super::explain::Finding;
use super::fit::TestFit;
use super::ground::{Candidate, Free};
use super::layers::layer_words;
use super::matched::{Match, Standing};
use super::measure::{Gauge, Lookup, NOWHERE, Verdict};
use super::obstacles::{Obstacle, taken_words};
use super::roads::road_class_words;
use super::said;
use super::stranger::{band_m, steps_m};
use super::supply::{NoSupplies, Step, Supplies, Supply, Utility, left_to_tell};
use super::tables::status;
use super::turning::{TurningFit, trucks_come_by};
use super::want::{Side, Want, grouped};
use crate::rules::{RuleTables, cited};
use crate::words;
use crate::words::Words;

/// Neighbours are looked for within this, m.
pub const NEIGHBOURS_M: f64 = 500.0;
/// Lines of a utility are looked for within this, m.
pub const LINES_M: f64 = 1000.0;

/// A fact with where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is.
    pub title: Words,
    /// Its value with the unit.
    pub value: Words,
    /// Where it comes from.
    pub source: Words,
}

/// The nearest line of a utility, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// The utility.
    pub utility: Utility,
    /// From the boundary to the nearest line at most, m, in the steps that a package draws lines in; `None` where none is near, or
    /// nobody knows.
    pub distance_m: Option<f64>,
    /// Whether one is near enough to serve the site; `None` where that is not known.
    pub served: Option<bool>,
    /// Layer of that line.
    pub source: Words,
    /// What is left over time, as it may be told ([`Supply::told`]).
    pub supply: Supply,
}

/// Land of one industry near by.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    /// Two digits of GB/T 4754.
    pub industry: String,
    /// Parcels.
    pub parcels: usize,
    /// How far the nearest is, m, from and to: nobody outside is told which parcel it is.
    pub nearest_m: (f64, f64),
}

/// One step of readiness.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadyStep {
    /// What it takes.
    pub title: Words,
    /// Whether it is there; `None` where that is not known.
    pub there: Option<bool>,
    /// On what evidence.
    pub evidence: Words,
}

/// All that a brief says.
#[derive(Debug, Clone, PartialEq)]
pub struct Brief {
    /// Name of the site.
    pub title: Words,
    /// Where it stands.
    pub standing: Standing,
    /// That in words, with what is missed and what is open.
    pub why: Words,
    /// What a reader wants to know first.
    pub facts: Vec<Fact>,
    /// Every need.
    pub needs: Vec<Finding>,
    /// Utilities.
    pub connections: Vec<Connection>,
    /// Industries near by, the nearest first.
    pub neighbours: Vec<Neighbours>,
    /// Steps of readiness.
    pub readiness: Vec<ReadyStep>,
    /// Steps that are there one after the other.
    pub level: usize,
    /// Where the steps come from.
    pub readiness_source: Words,
    /// The hall on the land.
    pub fit: Option<TestFit>,
    /// The circle that trucks turn in; `None` where none is asked for, or none is known to fit.
    pub turning: Option<TurningFit>,
    /// The land.
    pub boundary: MultiPolygon<f64>,
}

impl Brief {
    /// What a reader of the plan must know who sees the hall stand at an odd place: that lines are in the way, which are not drawn.
    pub fn plan_note(&self) -> Option<Words> {
        let lines = |fit: &TestFit| fit.taken_out.iter().any(|one| one.what == Obstacle::Lines);
        self.fit.as_ref().is_some_and(lines).then(said::clear_of_lines)
    }

    /// In one sentence how the site fares: where it stands and why, how many of all needs are met for certain, which wishes it
    /// misses, and of which nobody knows. What of its musts it misses, and what of them is not known, is said by [`Brief::why`].
    pub fn verdict(&self) -> Words {
        let met = self.needs.iter().filter(|need| need.verdict == Verdict::Fit).count();
        let wishes = |verdict: Verdict| -> Vec<Words> {
            let of = self.needs.iter().filter(|need| !need.must && need.verdict == verdict);
            of.map(|need| need.title.clone()).collect()
        };
        let (missed, open) = (wishes(Verdict::Gap), wishes(Verdict::Unknown));
        let mut verdict = words!(
            "pitch-verdict",
            "{site}: {why}; {met} of {all} needs met",
            site = self.title.clone(),
            why = self.why.clone(),
            met = met,
            all = self.needs.len(),
        );
        if !missed.is_empty() {
            let wishes = crate::land::joined(missed);
            verdict = words!(
                "pitch-verdict-missed",
                "{verdict}; wishes missed: {wishes}",
                verdict = verdict,
                wishes = wishes
            );
        }
        if !open.is_empty() {
            let wishes = crate::land::joined(open);
            verdict = words!(
                "pitch-verdict-open",
                "{verdict}; wishes not known: {wishes}",
                verdict = verdict,
                wishes = wishes
            );
        }
        verdict
    }
}

/// What a step of readiness takes, and where the steps come from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadinessTable {
    standard: String,
    edition: String,
    clause: String,
    status: String,
    served_m: f64,
}

impl ReadinessTable {
    /// The table from its text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: Self = toml::from_str(text)?;
        status(&table.status)?;
        Ok(table)
    }
}

/// The table in force.
fn readiness_table() -> &'static ReadinessTable {
    &RuleTables::in_force().readiness
}

/// Of the connections of a site's parcels the one that has the most: for certain, then by any record at all, then at the most; the
/// first of equals. And whether no other may have more than that one has at the most.
fn best_of(all: impl Iterator<Item = Supply>, as_of: NaiveDate) -> Option<(Supply, bool)> {
    let key = |supply: &Supply| {
        let (low, high) = supply.lasting(as_of);
        (low, !supply.remaining.is_empty(), high)
    };
    let mut most = f64::NEG_INFINITY;
    let best = all.inspect(|one| most = most.max(key(one).2)).reduce(|a, b| if key(&b) > key(&a) { b } else { a })?;
    let bounded = key(&best).2 >= most;
    Some((best, bounded))
}

impl Match<'_, '_> {
    /// What a brief says of a candidate.
    pub fn brief(&self, candidate: u32) -> Brief {
        let offered = &self.candidates[candidate as usize];
        // Which tenant keeps what, and where, is no matter of a brief.
        let needs: Vec<Finding> =
            self.explain(candidate).into_iter().map(|one| self.to_strangers(offered, one)).collect();
        let (fit, turning) = self.laid(candidate);
        let table = readiness_table();
        let connections: Vec<Connection> =
            Utility::ALL.into_iter().map(|utility| self.connection(offered, utility, table.served_m)).collect();
        let readiness = self.readiness(offered, &needs, &connections, table);
        let places = self.rank(&self.weights());
        let why = places.iter().find(|place| place.candidate == candidate).map(|place| self.why_to_strangers(place));
        Brief {
            title: self.name(offered),
            standing: self.standing(candidate).0,
            why: why.unwrap_or_default(),
            facts: self.facts(offered, fit.as_ref()),
            connections,
            neighbours: self.neighbours(offered),
            level: readiness.iter().take_while(|step| step.there == Some(true)).count(),
            readiness,
            readiness_source: cited(&table.standard, &table.edition, &table.clause, &table.status),
            needs,
            fit,
            turning,
            boundary: self.ground.boundary(offered),
        }
    }

    fn facts(&self, offered: &Candidate, fit: Option<&TestFit>) -> Vec<Fact> {
        let first = offered.parcels.first().map(|slot| self.ground.parcel(*slot));
        let row = first.map_or_else(Words::default, |parcel| layer_words(&parcel.provenance.layer));
        let mut facts = Vec::new();
        let mut fact = |title: Words, value: Words, source: Words| facts.push(Fact { title, value, source });
        if offered.building.is_some() {
            let (low, high) = offered.floor_m2;
            let floor = if low == high { grouped(low, "m²").into() } else { words!("unknown", "unknown") };
            fact(words!("pitch-want-floor", "floor"), floor, row.clone());
        } else {
            let hectares = format!("{} ({:.2} ha)", grouped(offered.area_m2, "m²"), offered.area_m2 / 1e4);
            fact(
                words!("pitch-want-land", "land"),
                hectares.into(),
                words!("pitch-source-boundary", "boundary on record, measured"),
            );
        }
        if offered.building.is_none() && offered.parcels.len() > 1 {
            let part = |slot: &u32| {
                words!(
                    "pitch-fact-parcel",
                    "{parcel}: {area}, {holder}",
                    parcel = self.number(*slot),
                    area = grouped(self.ground.site(*slot).area_m2, "m²"),
                    holder = holder_words(self.ground.free(*slot), false),
                )
            };
            let parts = crate::land::joined(offered.parcels.iter().map(part).collect());
            let source = crate::land::joined(vec![row.clone(), registered_words()]);
            fact(words!("pitch-fact-parcels", "joined of"), parts, source);
        }
        let free = match offered.free {
            Free::From(day) if day <= self.ground.as_of => words!("pitch-free-now", "at once"),
            Free::From(day) => words!("pitch-free-from", "from {day}", day = day),
            Free::Held => words!("pitch-never", "no day on record"),
            Free::Unknown(_) => words!("unknown", "unknown"),
        };
        fact(words!("pitch-want-free", "to be had"), free, row.clone());
        if let Some(parcel) = first {
            let code = parcel.land_use_code.as_deref().unwrap_or_default();
            let planned = format!("{code} {}", parcel.land_use.as_deref().unwrap_or_default()).trim().to_owned();
            let planned = if planned.is_empty() { words!("unknown", "unknown") } else { planned.into() };
            fact(words!("pitch-want-zoning", "planned use"), planned, row.clone());
        }
        if let Some(fit) = fit {
            let size = words!(
                "pitch-fact-hall",
                "{area} footprint, {share}",
                area = grouped(fit.footprint_m2, "m²"),
                share =
                    words!("pitch-shown-share", "{share} % of its size", share = format!("{:.0}", fit.share * 100.0),),
            );
            let limits = words!("pitch-source-limits", "limits of the pitch; boundary on record");
            fact(words!("pitch-want-hall", "the hall on the land"), size, limits.clone());
            let dense = words!(
                "pitch-fact-density",
                "coverage {coverage} %, floor-area ratio {far}",
                coverage = format!("{:.1}", fit.coverage * 100.0),
                far = format!("{:.2}", fit.far),
            );
            fact(words!("pitch-fact-built", "as built"), dense, limits);
            let lane = self.lane_fact(offered, fit);
            fact(lane.title, lane.value, lane.source);
            if !fit.taken_out.is_empty() {
                fact(
                    words!("pitch-fact-taken", "not to be built on"),
                    taken_words(&fit.taken_out, false),
                    words!("pitch-source-taken", "ground cover, tracks and underground lines on record"),
                );
            }
        }
        let roads = Want::Road { classes: self.classes(), at_most_m: LINES_M, width_m: None };
        let gauge = self.gauge(&roads);
        let road = gauge.measure_exactly(offered);
        if road.at != NOWHERE {
            let of = &self.ground.park.roads[road.at as usize];
            let name = of.name.as_deref().map(Words::from);
            let class = of.class.as_deref().map(road_class_words);
            let wide = |width: f64| words!("pitch-fact-wide", "{width} m wide", width = format!("{width:.0}"));
            let distance = grouped(road.high.min(road.low), "m");
            let away = words!("pitch-fact-away", "{distance} away", distance = distance);
            let said = name.into_iter().chain(class).chain(of.width_m.map(wide)).chain([away]);
            let value = crate::land::joined(said.collect());
            fact(words!("pitch-want-road", "road"), value, layer_words(&of.provenance.layer));
        }
        facts
    }

    /// Classes of roads that trucks take; a service road leads to somebody else's door.
    fn classes(&self) -> Vec<String> {
        let mut classes: Vec<String> = self.ground.park.roads.iter().filter_map(|road| road.class.clone()).collect();
        classes.sort();
        classes.dedup();
        classes.retain(|class| !class.eq_ignore_ascii_case("service") && trucks_come_by(class));
        classes
    }

    fn gauge<'m>(&'m self, want: &'m Want) -> Gauge<'m, 'm> {
        Gauge {
            ground: self.ground,
            want,
            lookup: Lookup::of(want, self.ground),
            supplies: self.gauges.first().map_or(&NoSupplies as &dyn Supplies, |gauge| gauge.supplies),
            limits: self.pitch.limits.as_ref(),
            built_m: super::measure::built_m(self.pitch),
        }
    }

    fn connection(&self, offered: &Candidate, utility: Utility, served_m: f64) -> Connection {
        let want = Want::Access { to: utility, at_most_m: LINES_M };
        let gauge = self.gauge(&want);
        let measure = gauge.measure_exactly(offered);
        let edge = (measure.at != NOWHERE).then(|| &self.ground.park.edges[measure.at as usize]);
        let slot = offered.parcels.first().copied().unwrap_or(0) as usize;
        let all = offered.parcels.iter().map(|slot| gauge.supplies.at(*slot as usize, utility));
        let (supply, bounded) =
            best_of(all, self.ground.as_of).unwrap_or_else(|| (gauge.supplies.at(slot, utility), true));
        // Routes of one parcel bound those of several no more than that.
        let bounded = bounded && (utility != Utility::Telecom || offered.parcels.len() < 2);
        let told = |step: Step| {
            let (low, high) = left_to_tell((step.low, step.high));
            Step { low, high: if bounded { high } else { f64::INFINITY }, ..step }
        };
        let is_told = |step: &Step| step.low.is_finite() || step.high.is_finite();
        Connection {
            utility,
            distance_m: (measure.high <= LINES_M).then(|| steps_m(measure.low, measure.high).1),
            served: match measure.verdict(served_m, Side::AtMost) {
                Verdict::Fit => Some(true),
                Verdict::Gap => Some(false),
                Verdict::Unknown => None,
            },
            source: edge.map_or_else(Words::default, |edge| layer_words(&edge.provenance.layer)),
            // Which element is the connection point, the bottleneck, or without a rating, is named by its key; and a single step, and
            // to whom it is promised, is somebody's plan.
            supply: Supply {
                point: None,
                whose: Vec::new(),
                distance_m: None,
                bottleneck: None,
                unknown: None,
                remaining: supply.told(self.ground.as_of).into_iter().map(told).filter(is_told).collect(),
                ..supply
            },
        }
    }

    fn neighbours(&self, offered: &Candidate) -> Vec<Neighbours> {
        let outlines = self.ground.outlines_of(offered);
        let mut found: BTreeMap<String, (usize, f64)> = BTreeMap::new();
        for (slot, parcel) in self.ground.park.parcels.iter().enumerate() {
            if offered.parcels.contains(&(slot as u32)) || !self.ground.presence.parcels[slot] {
                continue;
            }
            let Some(code) = parcel.industry_code.as_deref().filter(|code| !code.is_empty()) else { continue };
            let Some(outline) = &self.ground.outlines[slot] else { continue };
            let far = outlines.iter().map(|one| one.distance_m(outline)).fold(f64::INFINITY, f64::min);
            if far > NEIGHBOURS_M {
                continue;
            }
            let code: String = code.chars().filter(char::is_ascii_digit).take(2).collect();
            if code.len() < 2 {
                continue;
            }
            let (parcels, nearest_m) = found.entry(code).or_insert((0, f64::INFINITY));
            *parcels += 1;
            *nearest_m = nearest_m.min(far);
        }
        let told = |(industry, (parcels, nearest_m)): (String, (usize, f64))| Neighbours {
            industry,
            parcels,
            nearest_m: band_m(nearest_m, nearest_m),
        };
        // By the band, since an order by the distance would tell more of it.
        let mut found: Vec<Neighbours> = found.into_iter().map(told).collect();
        found.sort_by(|a, b| b.parcels.cmp(&a.parcels).then(a.nearest_m.0.total_cmp(&b.nearest_m.0)));
        found
    }

    fn readiness(
        &self,
        offered: &Candidate,
        needs: &[Finding],
        connections: &[Connection],
        table: &ReadinessTable,
    ) -> Vec<ReadyStep> {
        let of = |is: fn(&Want) -> bool| -> Vec<&Finding> {
            needs.iter().filter(|finding| is(&self.pitch.needs[finding.need].want)).collect()
        };
        // All that was asked for; `None` where one is not known, and where nothing was asked.
        let all = |found: &[&Finding]| {
            if found.is_empty() || found.iter().any(|finding| finding.verdict == Verdict::Unknown) {
                let missed = found.iter().any(|finding| finding.verdict == Verdict::Gap);
                return missed.then_some(false);
            }
            Some(found.iter().all(|finding| finding.verdict == Verdict::Fit))
        };
        let because = |found: &[&Finding]| {
            let said = |finding: &&Finding| {
                words!("pitch-evidence", "{need}: {has}", need = finding.title.clone(), has = finding.has.clone(),)
            };
            if found.is_empty() {
                words!("pitch-not-asked", "the pitch does not ask for it")
            } else {
                crate::land::joined(found.iter().map(said).collect())
            }
        };
        let zoned = of(|want| matches!(want, Want::Zoning { .. } | Want::Industry { .. }));
        let free = of(|want| matches!(want, Want::Free { .. }));
        let capable = of(|want| want.supply().is_some());
        let asked: Vec<Utility> =
            self.pitch.needs.iter().filter_map(|need| need.want.supply()).map(|one| one.0).collect();
        let served: Vec<&Connection> =
            connections.iter().filter(|one| asked.is_empty() || asked.contains(&one.utility)).collect();
        // Missed where one is missed; not known where one is not.
        let lines = if served.iter().any(|one| one.served == Some(false)) {
            Some(false)
        } else {
            (!served.iter().any(|one| one.served.is_none())).then_some(true)
        };
        let evidence = |one: &&Connection| {
            let has = match (one.served, one.distance_m) {
                (_, Some(distance)) => said::at_most(&grouped(distance, "m")),
                (Some(false), None) => said::no_line(LINES_M),
                (_, None) => words!("unknown", "unknown"),
            };
            words!("pitch-evidence", "{need}: {has}", need = one.utility.title(), has = has)
        };
        let identified = offered.area_m2 > 0.0 || offered.building.is_some();
        let boundary = words!("pitch-source-boundary", "boundary on record, measured");
        let step = |title, there, evidence| ReadyStep { title, there, evidence };
        vec![
            step(words!("pitch-ready-identified", "identified"), Some(identified), boundary),
            step(words!("pitch-ready-zoned", "planned for it"), all(&zoned), because(&zoned)),
            step(words!("pitch-ready-free", "to be had in time"), all(&free), because(&free)),
            step(
                words!(
                    "pitch-ready-served",
                    "lines within {reach} m of the boundary",
                    reach = format!("{:.0}", table.served_m),
                ),
                lines,
                crate::land::joined(served.iter().map(evidence).collect()),
            ),
            step(words!("pitch-ready-capable", "capacity for what is asked"), all(&capable), because(&capable)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_connection_counts_and_what_another_may_have_is_no_bound_of_it() {
        let as_of: NaiveDate = "2026-06-30".parse().unwrap();
        let of = |steps: &[(f64, f64)]| Supply {
            remaining: steps.iter().map(|(low, high)| Step { from: as_of, low: *low, high: *high }).collect(),
            ..NoSupplies.at(0, Utility::Power)
        };
        let (least, none) = (f64::NEG_INFINITY, f64::INFINITY);
        let best = |all: &[&[(f64, f64)]]| {
            let (supply, bounded) = best_of(all.iter().map(|one| of(one)), as_of).unwrap();
            (supply.lasting(as_of), bounded)
        };
        // Of both no more than a bound is known: the larger bound, whichever comes first.
        assert_eq!(best(&[&[(least, 3.0)], &[(least, 5.0)]]), ((least, 5.0), true));
        assert_eq!(best(&[&[(least, 5.0)], &[(least, 3.0)]]), ((least, 5.0), true));
        // What is on record comes before what is not, and bounds nothing then.
        assert_eq!(best(&[&[], &[(least, 3.0)]]), ((least, 3.0), false));
        assert_eq!(best(&[&[(2.0, 2.0)], &[]]), ((2.0, 2.0), false));
        assert_eq!(best(&[&[(2.0, 2.5)], &[(1.0, 4.0)]]), ((2.0, 2.5), false));
        assert_eq!(best(&[&[(2.0, 2.0)], &[(3.0, 3.0)]]), ((3.0, 3.0), true));
        assert_eq!(best(&[&[], &[]]), ((least, none), true));
    }

    #[test]
    fn the_shipped_table_of_readiness_is_valid() {
        assert!(readiness_table().served_m > 0.0 && readiness_table().status == "default");
    }
}
