//! What people breathed outdoors, and how strong the cloud came to be in the buildings.
//!
//! Outdoors, at a place of assembly too: the concentration at each look (ten seconds apart) until the next. A person's level is the worst of
//! all stretches of time in which he breathed air over the lowest level (for an hour): that of the guideline whose value for so long an
//! exposure the mean over the stretch exceeds; the table's next longer exposure holds, its shortest for what is shorter: on the safe side, so
//! that nobody who breathes more comes to a lower level. Lethality by the toxic probit of the table over the load ∫Cⁿ dt. Indoors: a
//! well-mixed room with the air exchange of the table, clean air before the cloud that bounds the danger first came, until the drill's end.
//! Left out: who is indoors, masks, how hard people breathe.

use std::collections::BTreeMap;

use serde::Serialize;

use super::given::Release;
use super::report::DrillChapter;
use crate::emergency::hazard::{GuidelineKind, HazardRules, Indoor, Substance, share_of};
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Exposure that buildings are told by, min.
const HOUR_MIN: f64 = 60.0;

/// Share of the lowest level for an hour that nobody counts.
const CLEAN: f64 = 1e-3;

/// Air of one look: from when, s, for how long, s, and how strong, kg/m³.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Air {
    from_s: f64,
    seconds: f64,
    kg_m3: f64,
}

/// What somebody breathed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Breathed {
    /// ∫C dt, kg s/m³.
    dose: f64,
    /// The looks with air over the lowest level.
    strong: Vec<Air>,
    /// ∫Cⁿ dt of the probit, (mg/m³)ⁿ min.
    load: f64,
}

/// Air outside a building, s and kg/m³, and where its middle is.
#[derive(Debug, Clone, PartialEq)]
struct Outside {
    middle: [f64; 2],
    series: Vec<(f64, f64)>,
}

/// Doses while a drill runs; nothing where nothing leaks.
#[derive(Debug, Default)]
pub(super) struct Doses<'a> {
    /// Substance, guideline and the air that makes kg/m³ of ppm (K, Pa).
    of: Option<(&'a Substance, GuidelineKind, (f64, f64))>,
    /// Lowest level for an hour, kg/m³.
    lowest_kg_m3: f64,
    people: BTreeMap<usize, Breathed>,
    buildings: BTreeMap<usize, Outside>,
}

/// What a person breathed outdoors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonDose {
    /// Number in the drill.
    pub person: usize,
    /// ∫C dt, kg s/m³.
    pub dose_kg_s_m3: f64,
    /// Time in air over the lowest level for an hour, s.
    pub seconds: f64,
    /// Level of the guideline that was exceeded, 1 to 3; 0: none.
    pub level: u8,
    /// Probability of death by the probit; none without constants.
    pub lethal: Option<f64>,
}

/// What was breathed in a drill with a leak.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breath {
    /// `AEGL` or `ERPG`.
    pub guideline: &'static str,
    /// Persons outdoors by the level that they exceeded, 0 (some of the cloud, no level) to 3.
    pub persons_by_level: [u32; 4],
    /// The greatest dose, kg s/m³.
    pub worst_dose_kg_s_m3: f64,
    /// Deaths to be expected outdoors by the probit; none without constants.
    pub deaths_expected: Option<f64>,
    /// Buildings inside the danger by the level for an hour that the air indoors came to exceed, 0 to 3.
    pub buildings_by_level: [u32; 4],
    /// Air exchange of every building, 1/h.
    pub air_exchange_1_h: f64,
    /// Everyone who breathed of it.
    #[serde(skip)]
    pub people: Vec<PersonDose>,
}

impl<'a> Doses<'a> {
    /// Doses of what leaks, in air of a temperature, K.
    pub(super) fn of(rules: &'a HazardRules, release: Option<&Release>, temperature_k: f64) -> Self {
        let found = release.and_then(|release| {
            let substance = rules.substance(&release.substance).ok()?;
            Some((substance, release.guideline(), (temperature_k, release.air_pressure_pa)))
        });
        let mut doses = Self { of: found, ..Self::default() };
        doses.lowest_kg_m3 = doses.levels(HOUR_MIN).first().map_or(f64::INFINITY, |level| level.1);
        doses
    }

    /// Levels of the guideline for an exposure, and their concentrations, kg/m³, rising.
    fn levels(&self, minutes: f64) -> Vec<(u8, f64)> {
        let Some((substance, kind, (temperature_k, pressure_pa))) = self.of else { return Vec::new() };
        let found = substance.thresholds(kind, minutes.clamp(1.0, longest_min(substance, kind)));
        let all = found.unwrap_or_default();
        all.iter().map(|one| (one.level, substance.kg_m3_from_ppm(one.ppm, temperature_k, pressure_pa))).collect()
    }

    /// Somebody stands in so strong a cloud from a time on for so long, s. To be told in the order of time.
    pub(super) fn breathe(&mut self, person: usize, kg_m3: f64, (from_s, seconds): (f64, f64)) {
        let Some((substance, ..)) = self.of else { return };
        // A plume ends nowhere: what is less than this share of the lowest level is clean air.
        if kg_m3 <= CLEAN * self.lowest_kg_m3 {
            return;
        }
        let breathed = self.people.entry(person).or_default();
        breathed.dose += kg_m3 * seconds;
        if kg_m3 > self.lowest_kg_m3 {
            breathed.strong.push(Air { from_s, seconds, kg_m3 });
        }
        if let Some(probit) = substance.toxic_probit {
            breathed.load += (1e6 * kg_m3).powf(probit.n) * seconds / 60.0;
        }
    }

    /// The air outside a building at a look, the looks so far apart; its middle is asked for once.
    pub(super) fn outside(
        &mut self,
        (slot, middle): (usize, impl FnOnce() -> [f64; 2]),
        (now_s, apart_s): (f64, f64),
        kg_m3: f64,
    ) {
        if self.of.is_some() {
            let begin = || Outside { middle: middle(), series: vec![(now_s - apart_s, 0.0)] };
            self.buildings.entry(slot).or_insert_with(begin).series.push((now_s, kg_m3));
        }
    }

    /// Buildings that the cloud had come to and that nothing was told of at a time, with their middles.
    pub(super) fn untold(&self, now_s: f64) -> Vec<(usize, [f64; 2])> {
        let untold = self.buildings.iter().filter(|(_, outside)| outside.series.last().is_none_or(|at| at.0 < now_s));
        untold.map(|(slot, outside)| (*slot, outside.middle)).collect()
    }

    /// The exposures of the guideline, s, rising, and for each the levels and their concentrations, kg/m³.
    fn table(&self) -> Vec<(f64, Vec<(u8, f64)>)> {
        let Some((substance, kind, _)) = self.of else { return Vec::new() };
        exposures_min(substance, kind).into_iter().map(|minutes| (60.0 * minutes, self.levels(minutes))).collect()
    }

    /// What came of it; beside it the highest concentration indoors, kg/m³, by the slots of the buildings.
    pub(super) fn finish(&self, rules: &HazardRules) -> Option<(Breath, BTreeMap<usize, f64>)> {
        let (substance, kind, _) = self.of?;
        let table = self.table();
        let people: Vec<PersonDose> = self
            .people
            .iter()
            .map(|(&person, breathed)| PersonDose {
                person,
                dose_kg_s_m3: breathed.dose,
                seconds: breathed.strong.iter().map(|air| air.seconds).sum(),
                level: level_of(&table, &breathed.strong),
                lethal: substance.toxic_probit.map(|probit| share_of(probit.a + probit.b * breathed.load.ln())),
            })
            .collect();
        let air_exchange_1_h = rules.figure("indoor", "closed_ach").value;
        let indoor = Indoor::new(air_exchange_1_h).ok();
        let peaks: BTreeMap<usize, f64> = self
            .buildings
            .iter()
            .filter_map(|(&slot, outside)| {
                let inside = indoor.as_ref()?.of_series(&outside.series).ok()?;
                Some((slot, inside.into_iter().fold(0.0, f64::max)))
            })
            .collect();
        let (mut persons_by_level, mut buildings_by_level) = ([0; 4], [0; 4]);
        for person in &people {
            persons_by_level[usize::from(person.level.min(3))] += 1;
        }
        let hour = self.levels(HOUR_MIN);
        for peak in peaks.values() {
            let level = hour.iter().filter(|level| *peak > level.1).map(|level| level.0).max().unwrap_or(0);
            buildings_by_level[usize::from(level.min(3))] += 1;
        }
        let breath = Breath {
            guideline: kind.as_str(),
            persons_by_level,
            worst_dose_kg_s_m3: people.iter().map(|one| one.dose_kg_s_m3).fold(0.0, f64::max),
            deaths_expected: substance.toxic_probit.map(|_| people.iter().filter_map(|one| one.lethal).sum()),
            buildings_by_level,
            air_exchange_1_h,
            people,
        };
        Some((breath, peaks))
    }
}

/// The exposures that a guideline has values for of a substance, min, rising.
fn exposures_min(substance: &Substance, kind: GuidelineKind) -> Vec<f64> {
    let levels = match kind {
        GuidelineKind::Aegl => &substance.aegl,
        GuidelineKind::Erpg => &substance.erpg,
    };
    let minutes = levels.iter().flat_map(|level| level.ppm.keys()).filter_map(|text| text.parse::<f64>().ok());
    let mut all: Vec<f64> = minutes.collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

/// The longest of them.
fn longest_min(substance: &Substance, kind: GuidelineKind) -> f64 {
    exposures_min(substance, kind).last().map_or(1.0, |last| last.max(1.0))
}

/// The worst level that the mean over any stretch of time exceeds, by a table of exposures, s, and their levels.
fn level_of(table: &[(f64, Vec<(u8, f64)>)], strong: &[Air]) -> u8 {
    let Some(look_s) = strong.first().map(|air| air.seconds) else { return 0 };
    let (mut worst, mut shorter_s) = (0_u8, 0.0);
    // From the first strong air to the last: no stretch is longer than that.
    let span_s = strong.last().map_or(0.0, |air| air.from_s + air.seconds) - strong[0].from_s;
    for (exposure_s, levels) in table {
        if shorter_s + look_s > span_s + SAME_S {
            break;
        }
        // The value for an exposure holds for whatever is longer than the next shorter one.
        for (level, kg_m3) in levels {
            if *level > worst && exceeds(strong, shorter_s + look_s, *kg_m3) {
                worst = *level;
            }
        }
        shorter_s = *exposure_s;
    }
    // Who breathed it for longer than the table goes is taken to have breathed it all within that.
    if let Some((exposure_s, levels)) = table.last()
        && strong.iter().map(|air| air.seconds).sum::<f64>() > *exposure_s
    {
        let dose: f64 = strong.iter().map(|air| air.kg_m3 * air.seconds).sum();
        let exceeded = levels.iter().filter(|level| dose / exposure_s > level.1).map(|level| level.0).max();
        worst = worst.max(exceeded.unwrap_or(0));
    }
    worst
}

/// Looks are whole seconds apart: what differs by less is the same time, s.
const SAME_S: f64 = 1e-3;

/// True where the mean over some stretch of time, not shorter than so many s, is more than a value, kg/m³. The mean over a longer one may be
/// higher, where strong air comes twice.
fn exceeds(strong: &[Air], least_s: f64, kg_m3: f64) -> bool {
    /// Share of the value's dose that rounding can make.
    const ROUNDING: f64 = 1e-9;
    if highest_mean(strong, least_s) > kg_m3 {
        return true;
    }
    // What was breathed before a time, less what air of the value would have given: of all beginnings early enough the least.
    let (mut first, mut before, mut least, mut dose) = (0, 0.0, f64::INFINITY, 0.0);
    strong.iter().any(|air| {
        dose += air.kg_m3 * air.seconds;
        let end_s = air.from_s + air.seconds;
        while first < strong.len() && strong[first].from_s <= end_s - least_s + SAME_S {
            least = least.min(before - kg_m3 * strong[first].from_s);
            before += strong[first].kg_m3 * strong[first].seconds;
            first += 1;
        }
        dose - kg_m3 * end_s > least + ROUNDING * kg_m3 * least_s
    })
}

/// The highest mean over so long a stretch of time, s, not shorter than a look, kg/m³: one that ends with a look is among the highest.
fn highest_mean(strong: &[Air], over_s: f64) -> f64 {
    let (mut first, mut dose, mut highest) = (0, 0.0, 0.0_f64);
    for air in strong {
        dose += air.kg_m3 * air.seconds;
        while strong[first].from_s < air.from_s + air.seconds - over_s - SAME_S {
            dose -= strong[first].kg_m3 * strong[first].seconds;
            first += 1;
        }
        highest = highest.max(dose / over_s);
    }
    highest
}

/// The chapter of what was breathed.
pub(super) fn breath_chapter(breath: &Breath) -> DrillChapter {
    let level = |name: Phrase, level: usize| {
        words!(
            "drill-dose-level",
            "{what}, {level}",
            what = name,
            level = match level {
                0 => Words::from(phrase("drill-dose-below", "below every level")),
                level => Words::from(format!("{}-{level}", breath.guideline)),
            }
        )
    };
    let outdoors = phrase("drill-dose-outdoors", "Persons outdoors by the level that they exceeded");
    let indoors = phrase("drill-dose-indoors", "Buildings inside the danger by the highest level indoors, for an hour");
    let mut rows: Vec<(bool, Vec<Words>)> = Vec::new();
    let mut count = |name: Phrase, counts: [u32; 4]| {
        let told = counts.into_iter().enumerate();
        rows.extend(told.map(|(at, many)| (at > 1 && many > 0, vec![level(name, at), many.to_string().into()])));
    };
    count(outdoors, breath.persons_by_level);
    count(indoors, breath.buildings_by_level);
    let dose = format!("{:.1} mg·min/m³", 1e6 * breath.worst_dose_kg_s_m3 / 60.0);
    rows.push((false, vec![phrase("drill-dose-worst", "Greatest dose of a person outdoors").into(), dose.into()]));
    let deaths = breath.deaths_expected;
    let said = deaths.map_or_else(|| phrase("unknown", "unknown").into(), |deaths| Words::from(format!("{deaths:.1}")));
    let name = phrase("drill-dose-deaths", "Deaths to be expected outdoors, by the toxic probit of the table");
    rows.push((deaths.is_some_and(|deaths| deaths >= 0.5), vec![name.into(), said]));
    let title = words!(
        "drill-dose",
        "What was breathed; indoors by {rate} changes of air an hour in every building, until the drill's end",
        rate = breath.air_exchange_1_h.to_string()
    );
    DrillChapter { name: "breath", title, heads: Vec::new(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Doses of a substance of the table in air of 20 °C.
    fn doses<'a>(rules: &'a HazardRules, name: &str) -> Doses<'a> {
        let substance = rules.substance(name).unwrap();
        Doses { of: Some((substance, GuidelineKind::Aegl, (293.15, 101_325.0))), ..Doses::default() }
    }

    /// kg/m³ of ppm.
    fn kg_m3(doses: &Doses<'_>, ppm: f64) -> f64 {
        doses.of.unwrap().0.kg_m3_from_ppm(ppm, 293.15, 101_325.0)
    }

    /// The published levels of ammonia: 2 from 220 ppm for 10 min and 160 ppm for an hour, 3 from 2700 and 1100 ppm.
    #[test]
    fn a_person_has_the_level_of_so_long_an_exposure() {
        let rules = HazardRules::shipped();
        let mut all = doses(&rules, "ammonia");
        all.lowest_kg_m3 = kg_m3(&all, 30.0);
        for (person, ppm, minutes) in [
            (0, 25.0, 60.0),
            (1, 200.0, 10.0),
            (2, 230.0, 10.0),
            (3, 200.0, 60.0),
            (4, 1200.0, 60.0),
            (5, 1200.0, 10.0),
        ] {
            let strength = kg_m3(&all, ppm);
            for look in 0..(minutes * 6.0) as u32 {
                all.breathe(person, strength, (f64::from(look) * 10.0, 10.0));
            }
        }
        let (breath, _) = all.finish(&rules).unwrap();
        let levels: Vec<u8> = breath.people.iter().map(|one| one.level).collect();
        assert_eq!(levels, [0, 1, 2, 2, 3, 2]);
        assert_eq!(breath.persons_by_level, [1, 1, 3, 1]);
        assert!((breath.people[2].dose_kg_s_m3 / (kg_m3(&all, 230.0) * 600.0) - 1.0).abs() < 1e-12);
    }

    /// Ammonia as above, level 3 from 1600 ppm for half an hour.
    #[test]
    fn what_is_breathed_later_takes_no_level_away() {
        let rules = HazardRules::shipped();
        let mut all = doses(&rules, "ammonia");
        all.lowest_kg_m3 = kg_m3(&all, 30.0);
        let parts: [&[(f64, u32)]; 5] = [
            // The mean over the hour is 529 ppm; the first ten minutes are over 2700.
            &[(3000.0, 10), (35.0, 50)],
            // Behind weak air, and with clean air between.
            &[(35.0, 50), (3000.0, 10)],
            &[(2000.0, 20), (0.0, 30), (35.0, 60)],
            // No ten minutes over 2700, no half hour over 1600, no hour over 1100.
            &[(1500.0, 20), (35.0, 40)],
            // Weak air for ten hours is no more than that.
            &[(31.0, 600)],
        ];
        for (person, parts) in parts.iter().enumerate() {
            let mut from_s = 0.0;
            for &(ppm, minutes) in *parts {
                let strength = kg_m3(&all, ppm);
                for _ in 0..minutes * 6 {
                    all.breathe(person, strength, (from_s, 10.0));
                    from_s += 10.0;
                }
            }
        }
        let (breath, _) = all.finish(&rules).unwrap();
        let levels: Vec<u8> = breath.people.iter().map(|one| one.level).collect();
        assert_eq!(levels, [3, 3, 3, 2, 1]);
    }

    /// Twice 310 s of 2500 ppm with 290 s between: 1703 ppm over the 910 s, more than the 1600 ppm of AEGL-3 for half an hour, and 1311 ppm
    /// over the 610 s that are just more than ten minutes.
    #[test]
    fn strong_air_that_comes_twice_counts_over_both() {
        let rules = HazardRules::shipped();
        let mut all = doses(&rules, "ammonia");
        all.lowest_kg_m3 = kg_m3(&all, 30.0);
        let strong = kg_m3(&all, 2500.0);
        for look in (0..31).chain(60..91) {
            all.breathe(0, strong, (f64::from(look) * 10.0, 10.0));
        }
        // Once, and steady air just under a level.
        for look in 0..31 {
            all.breathe(1, strong, (f64::from(look) * 10.0, 10.0));
        }
        let level = kg_m3(&all, 159.0);
        for look in 0..360 {
            all.breathe(2, level, (f64::from(look) * 10.0, 10.0));
        }
        let (breath, _) = all.finish(&rules).unwrap();
        let levels: Vec<u8> = breath.people.iter().map(|one| one.level).collect();
        assert_eq!(levels, [3, 2, 1]);
    }

    /// Steady air is the case that the probit is defined for.
    #[test]
    fn steady_air_is_as_lethal_as_the_probit_says_and_unknown_without_constants() {
        let rules = HazardRules::shipped();
        let mut all = doses(&rules, "chlorine");
        for look in 0..180 {
            all.breathe(7, 1e-3, (f64::from(look) * 10.0, 10.0));
        }
        let (breath, _) = all.finish(&rules).unwrap();
        let expected = share_of(rules.substance("chlorine").unwrap().toxic_probit(1e-3, 1800.0).unwrap());
        assert!((breath.people[0].lethal.unwrap() - expected).abs() < 1e-9 && expected > 0.0);
        assert!((breath.deaths_expected.unwrap() - expected).abs() < 1e-9);
        let mut all = doses(&rules, "methanol");
        all.breathe(7, 1e-3, (0.0, 10.0));
        assert_eq!(all.finish(&rules).unwrap().0.deaths_expected, None);
    }

    #[test]
    fn air_indoors_lags_behind_a_steady_cloud_by_the_rate_of_the_table() {
        let rules = HazardRules::shipped();
        let mut all = doses(&rules, "ammonia");
        let strong = kg_m3(&all, 5000.0);
        for look in 0..=180 {
            all.outside((3, || [0.0, 0.0]), (f64::from(look) * 10.0, 10.0), strong);
        }
        assert!(all.untold(1800.0).is_empty());
        assert_eq!(all.untold(1810.0), [(3, [0.0, 0.0])]);
        let (breath, peaks) = all.finish(&rules).unwrap();
        let rate = rules.figure("indoor", "closed_ach").value;
        let expected = Indoor::new(rate).unwrap().of_passing_cloud(strong, 1e6, 1805.0).unwrap();
        assert!((peaks[&3] / expected - 1.0).abs() < 1e-4, "{} {expected}", peaks[&3]);
        // 1106 ppm indoors: over the 1100 ppm of AEGL-3 for an hour.
        assert_eq!(breath.buildings_by_level, [0, 0, 0, 1]);
    }
}
