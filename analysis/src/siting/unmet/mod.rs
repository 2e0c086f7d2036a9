//! Unmet demand: what prospects on record asked for and no site gives, what the nearest site lacked, and where a single change
//! would have served whom.

mod overlay;
mod record;
mod sheet;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::NaiveDate;

#[cfg(test)]
pub(crate) use overlay::legend;
pub use overlay::unmet_overlay;
pub use record::Demand;
pub use sheet::{unmet_criteria, unmet_parcels, unmet_requirements};

use super::file::{How, PitchFile};
use super::ground::Ground;
use super::matched::{Match, Place, Standing};
use super::measure::Verdict;
use super::said;
use super::supply::Supplies;
use super::want::Want;
use crate::words;
use crate::words::Words;

/// What a requirement comes to when the park is held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Some site fits, or does as far as is known.
    Met,
    /// No site is known to fit, and not every site misses a must, or not every site was looked at.
    Unproven,
    /// Every site misses a must, or there is none.
    Missed,
    /// There is nothing that the park could be held against.
    Unheld,
}

/// A must that the nearest site does not have for certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Lack {
    /// What is asked for, without figure and day: the same for everybody who asks for it.
    pub criterion: Words,
    /// Missed, or not known.
    pub verdict: Verdict,
    /// What was asked for, with its figure.
    pub wanted: Words,
    /// What there is.
    pub has: Words,
    /// By how much it falls short at the least, in words; nothing where that is no figure.
    pub short: Option<Words>,
    /// The same as a figure, in `unit`.
    pub amount: Option<f64>,
    /// It may be more: what is there is known up to a bound only.
    pub at_least: bool,
    /// Unit of the figure; of a day asked for `d`, of a hall per cent of its sides.
    pub unit: String,
}

/// Where a requirement came closest.
#[derive(Debug, Clone, PartialEq)]
pub struct Closest {
    /// Name of the site.
    pub site: Words,
    /// Its parcels, by their position in the snapshot.
    pub parcels: Vec<u32>,
    /// What it lacks, and what of it is not known.
    pub lacks: Vec<Lack>,
}

/// A site that one change would have brought: all else that must be met is met, or may stay open.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Name of the site.
    pub site: Words,
    /// Its parcels, by their position in the snapshot.
    pub parcels: Vec<u32>,
    /// What it lacks.
    pub lack: Lack,
}

/// A requirement that no site meets.
#[derive(Debug, Clone, PartialEq)]
pub struct Unserved {
    /// What is on record of it.
    pub demand: Demand,
    /// What it comes to; never [`Answer::Met`].
    pub answer: Answer,
    /// Why, in words.
    pub why: Words,
    /// Where it came closest; `None` where the park offers nothing, or could not be held against it.
    pub closest: Option<Closest>,
    /// What single changes would have brought; of sites that lack the same only those without a smaller one in them.
    pub changes: Vec<Change>,
}

/// The unmet demand of a park.
#[derive(Debug, Clone, PartialEq)]
pub struct UnmetDemand {
    /// Requirements that no site meets, in the order of the record.
    pub unserved: Vec<Unserved>,
    /// Requirements on record.
    pub asked: usize,
    /// Those of which some site fits as far as is known.
    pub met: usize,
    /// Those that ended with a contract, or that the prospect gave up: they ask for nothing any more.
    pub closed: usize,
    /// Vacant parcels, by their position in the snapshot.
    pub offered: Vec<u32>,
}

/// One criterion over all requirements.
#[derive(Debug, Clone, PartialEq)]
pub struct ByCriterion {
    /// What is asked for.
    pub criterion: Words,
    /// Unit of the figures.
    pub unit: String,
    /// Prospects whose nearest site misses it.
    pub missed_by: usize,
    /// Prospects that this change alone would have served somewhere.
    pub served: usize,
    /// Sites that this change alone would have brought for somebody.
    pub sites: usize,
    /// The least that a prospect lacked where it lacked least; `None` where no figure is known.
    pub least: Option<f64>,
    /// The most of these: that much would have closed this gap for each of them somewhere; it alone serves `served` of them at most.
    pub most: Option<f64>,
    /// One of the two figures may be more: what is there is known up to a bound only.
    pub at_least: bool,
}

/// One criterion on one parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct ByParcel {
    /// The parcel, by its position in the snapshot; `None` for a building that stands on none.
    pub parcel: Option<u32>,
    /// The site of the fewest parcels that the change would have brought here.
    pub site: Words,
    /// What it lacks.
    pub criterion: Words,
    /// Unit of the figure.
    pub unit: String,
    /// Prospects that this change alone would have served here, by name.
    pub prospects: BTreeSet<String>,
    /// What would have served all of them; `None` where the figure of one is not known.
    pub most: Option<f64>,
    /// It may be more.
    pub at_least: bool,
}

/// What a park does not give, of all that is on record as asked for. A day asked for that has passed is taken as the day of the
/// ground: time alone must not miss what was asked years ago.
pub fn unmet(ground: &Ground<'_>, supplies: &dyn Supplies, demands: &[Demand]) -> UnmetDemand {
    let open: Vec<&Demand> = demands.iter().filter(|demand| demand.is_open()).collect();
    let held: Vec<Unserved> = open.iter().map(|demand| held(ground, supplies, demand)).collect();
    let met = held.iter().filter(|one| one.answer == Answer::Met).count();
    UnmetDemand {
        asked: demands.len(),
        met,
        closed: demands.len() - open.len(),
        offered: ground.land().iter().flat_map(|land| land.parcels.iter().copied()).collect(),
        unserved: held.into_iter().filter(|one| one.answer != Answer::Met).collect(),
    }
}

fn held(ground: &Ground<'_>, supplies: &dyn Supplies, demand: &Demand) -> Unserved {
    let nothing = |answer, why| Unserved { demand: demand.clone(), answer, why, closest: None, changes: Vec::new() };
    let Some(text) = &demand.requirement else {
        return nothing(Answer::Unheld, words!("unmet-no-file", "no pitch file is on record"));
    };
    let unusable = |error: &super::error::PitchError| {
        let said = error.to_string();
        words!("unmet-bad-file", "the pitch file on record cannot be used: {reason}", reason = said)
    };
    let mut pitch = match PitchFile::parse(text) {
        Ok(pitch) => pitch,
        Err(error) => return nothing(Answer::Unheld, unusable(&error)),
    };
    for need in &mut pitch.needs {
        no_day_past(&mut need.want, ground.as_of());
    }
    let matched = match Match::of(ground, &pitch, supplies) {
        Ok(matched) => matched,
        Err(error) => return nothing(Answer::Unheld, unusable(&error)),
    };
    let places = matched.rank(&matched.weights());
    let Some(best) = nearest(&matched, &places) else {
        return nothing(Answer::Missed, said::nothing_offered());
    };
    let answer = match best.standing {
        Standing::Fits | Standing::Open => return nothing(Answer::Met, Words::default()),
        Standing::Unproven => Answer::Unproven,
        // One of the joined sites that were not looked at may fit.
        Standing::Fails if matched.cut_short => Answer::Unproven,
        Standing::Fails => Answer::Missed,
    };
    let offered = &matched.candidates[best.candidate as usize];
    let lacks = matched.pitch.needs.iter().enumerate().filter_map(|(at, need)| {
        let open = matched.verdict(best.candidate, at) == Verdict::Gap || matched.is_unproven(best.candidate, at);
        (need.how == How::Must && open).then(|| lack(&matched, best.candidate, at))
    });
    let why = matched.why(best);
    let why = if matched.cut_short { crate::land::joined(vec![why, said::cut_short()]) } else { why };
    let closest = Closest { site: matched.name(offered), parcels: offered.parcels.clone(), lacks: lacks.collect() };
    Unserved { demand: demand.clone(), answer, why, closest: Some(closest), changes: changes(&matched) }
}

/// Moves a day that has passed to `as_of`.
fn no_day_past(want: &mut Want, as_of: NaiveDate) {
    if let Some(by) = want.day_mut() {
        *by = as_of.max(*by);
    }
}

/// Of the places that miss as few musts as the first, the one that comes nearest to them; the first of equals.
fn nearest<'p>(matched: &Match<'_, '_>, places: &'p [Place]) -> Option<&'p Place> {
    let first = places.first()?;
    let musts: Vec<usize> =
        (0..matched.pitch.needs.len()).filter(|at| matched.pitch.needs[*at].how == How::Must).collect();
    let near = |place: &Place| musts.iter().map(|at| matched.grade(place.candidate, *at).1).sum::<f32>();
    let like = |place: &&Place| (place.standing, place.missed) == (first.standing, first.missed);
    let mut best = (first, near(first));
    for place in places.iter().take_while(like).skip(1) {
        let so_near = near(place);
        if so_near > best.1 {
            best = (place, so_near);
        }
    }
    Some(best.0)
}

/// The must that alone keeps a candidate out; `None` where there are more, where one that must be known is not or was not tried, and
/// for more land, or room to turn for which there is too little of it, which is no change of a parcel.
fn only_gap(matched: &Match<'_, '_>, candidate: u32) -> Option<usize> {
    if matched.standing(candidate) != (Standing::Fails, 1) {
        return None;
    }
    let musts = || matched.pitch.needs.iter().enumerate().filter(|(_, need)| need.how == How::Must);
    let unproven = musts().any(|(at, _)| matched.is_unproven(candidate, at));
    let gap = musts().map(|(at, _)| at).find(|at| matched.verdict(candidate, *at) == Verdict::Gap)?;
    // Room to turn is missed where the land is too small for it, hall or not.
    let is_of_land = matches!(matched.pitch.needs[gap].want, Want::Land { .. } | Want::Turning { .. });
    (!unproven && !is_of_land).then_some(gap)
}

fn changes(matched: &Match<'_, '_>) -> Vec<Change> {
    let found: Vec<(u32, usize)> = (0..matched.candidates.len() as u32)
        .filter_map(|candidate| Some((candidate, only_gap(matched, candidate)?)))
        .collect();
    let parcels = |candidate: u32| matched.candidates[candidate as usize].parcels.as_slice();
    let is_land = |candidate: u32| matched.candidates[candidate as usize].building.is_none();
    let land: HashSet<(usize, &[u32])> =
        found.iter().filter(|one| is_land(one.0)).map(|one| (one.1, parcels(one.0))).collect();
    let smallest = |(candidate, need): &(u32, usize)| {
        let all = parcels(*candidate);
        // Joined sites have four parcels at most, in the order of the snapshot, as their parts have.
        let holds_smaller = || {
            (1_u32..(1 << all.len()) - 1).any(|chosen| {
                let part: Vec<u32> = (0..all.len()).filter(|at| (chosen >> at) & 1 == 1).map(|at| all[at]).collect();
                land.contains(&(*need, part.as_slice()))
            })
        };
        !is_land(*candidate) || all.len() < 2 || !holds_smaller()
    };
    let change = |(candidate, need): &(u32, usize)| {
        let offered = &matched.candidates[*candidate as usize];
        Change { site: matched.name(offered), parcels: offered.parcels.clone(), lack: lack(matched, *candidate, *need) }
    };
    found.iter().filter(|&one| smallest(one)).map(change).collect()
}

fn lack(matched: &Match<'_, '_>, candidate: u32, need: usize) -> Lack {
    let want = &matched.pitch.needs[need].want;
    let finding = matched.finding(candidate, need);
    let (wanted, side) = want.figure();
    let gap = finding.measure.gap(wanted, side);
    // A hall is measured as a share of its sides; of uses and industries there is no figure to be short of.
    let (gap, unit) = match want {
        Want::Hall { .. } => (gap * 100.0, "%".to_owned()),
        Want::Zoning { .. } | Want::Industry { .. } => (f64::NAN, String::new()),
        Want::Free { .. } => (gap, "d".to_owned()),
        Want::Term { .. } => (gap, "a".to_owned()),
        Want::Price { currency, .. } => (gap, format!("{currency}/m²")),
        _ => (gap, want.unit().to_owned()),
    };
    Lack {
        criterion: criterion(want),
        verdict: finding.verdict,
        wanted: finding.wanted,
        has: finding.has,
        short: finding.gap,
        amount: (finding.verdict == Verdict::Gap && gap.is_finite()).then_some(gap),
        at_least: finding.measure.low < finding.measure.high,
        unit,
    }
}

/// What is asked for without figure and day.
fn criterion(want: &Want) -> Words {
    want.supply().map_or_else(|| want.title(), |(utility, _)| utility.title())
}

/// What a figure is kept by: criteria are one where they are called the same and counted in the same unit.
type Key = (String, String);

fn key(lack: &Lack) -> Key {
    (lack.criterion.to_string(), lack.unit.clone())
}

/// How much is lacking: a figure, and whether it may be more.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Short {
    amount: f64,
    at_least: bool,
}

impl Short {
    fn of(lack: &Lack) -> Option<Self> {
        lack.amount.map(|amount| Self { amount, at_least: lack.at_least })
    }

    /// What closes both gaps: the larger. Where either may be more, so may this.
    fn both(self, other: Self) -> Self {
        Self { amount: self.amount.max(other.amount), at_least: self.at_least || other.at_least }
    }

    /// What closes one of them: the smaller. Of equals the one that is known.
    fn either(self, other: Self) -> Self {
        if (other.amount, other.at_least) < (self.amount, self.at_least) { other } else { self }
    }
}

/// What one site lacks of a criterion that it may lack several times over, as of power by this year and by the next: all of it.
/// Where one figure is not known none is.
fn on_site<'l>(lacks: impl Iterator<Item = &'l Lack>) -> Option<Short> {
    let all: Option<Vec<Short>> = lacks.map(Short::of).collect();
    all?.into_iter().reduce(Short::both)
}

/// The least of what two sites lack, of which either may not be known.
fn least(a: Option<Short>, b: Option<Short>) -> Option<Short> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.either(b)),
        (known, None) | (None, known) => known,
    }
}

/// One criterion while requirements are gone through.
struct Gathered {
    criterion: Words,
    missed_by: BTreeSet<String>,
    served: BTreeSet<String>,
    sites: BTreeSet<String>,
    /// What each prospect lacked on the site that lacked least of it.
    lacked: BTreeMap<String, Option<Short>>,
}

impl Gathered {
    fn of(criterion: &Words) -> Self {
        Self {
            criterion: criterion.clone(),
            missed_by: BTreeSet::new(),
            served: BTreeSet::new(),
            sites: BTreeSet::new(),
            lacked: BTreeMap::new(),
        }
    }

    fn lacks(&mut self, prospect: &str, on_site: Option<Short>) {
        let kept = self.lacked.entry(prospect.to_owned()).or_insert(on_site);
        *kept = least(*kept, on_site);
    }
}

impl UnmetDemand {
    /// What is missing, criterion by criterion: the one that alone would have served the most first.
    pub fn by_criterion(&self) -> Vec<ByCriterion> {
        let mut found: BTreeMap<Key, Gathered> = BTreeMap::new();
        for one in &self.unserved {
            let prospect = one.demand.prospect.as_str();
            let missed = one.closest.iter().flat_map(|closest| &closest.lacks);
            let mut closest: BTreeMap<Key, Vec<&Lack>> = BTreeMap::new();
            for lack in missed.filter(|lack| lack.verdict == Verdict::Gap) {
                closest.entry(key(lack)).or_default().push(lack);
            }
            for (key, lacks) in closest {
                let gathered = found.entry(key).or_insert_with(|| Gathered::of(&lacks[0].criterion));
                gathered.missed_by.insert(prospect.to_owned());
                gathered.lacks(prospect, on_site(lacks.into_iter()));
            }
            for change in &one.changes {
                let lack = &change.lack;
                let gathered = found.entry(key(lack)).or_insert_with(|| Gathered::of(&lack.criterion));
                gathered.served.insert(prospect.to_owned());
                gathered.sites.insert(change.site.to_string());
                gathered.lacks(prospect, Short::of(lack));
            }
        }
        let told = |((_, unit), gathered): (Key, Gathered)| {
            let known = || gathered.lacked.values().copied().flatten();
            let (least, most) = (known().reduce(Short::either), known().reduce(Short::both));
            ByCriterion {
                unit,
                missed_by: gathered.missed_by.len(),
                served: gathered.served.len(),
                sites: gathered.sites.len(),
                least: least.map(|one| one.amount),
                most: most.map(|one| one.amount),
                at_least: [least, most].iter().flatten().any(|one| one.at_least),
                criterion: gathered.criterion,
            }
        };
        let mut criteria: Vec<ByCriterion> = found.into_iter().map(told).collect();
        // In the order of names among equals.
        criteria.sort_by_key(|one| (std::cmp::Reverse(one.served), std::cmp::Reverse(one.missed_by)));
        criteria
    }

    /// Where a single change would have served whom, parcel by parcel: where it would have served the most first.
    pub fn by_parcel(&self) -> Vec<ByParcel> {
        struct Kept {
            parcels: usize,
            /// The least that each prospect lacked here.
            lacked: BTreeMap<String, Option<Short>>,
            row: ByParcel,
        }
        let mut found: BTreeMap<(Option<u32>, String, Key), Kept> = BTreeMap::new();
        for one in &self.unserved {
            for change in &one.changes {
                let on = change.parcels.iter().copied().map(Some);
                let nowhere = change.parcels.is_empty().then_some(None);
                for parcel in on.chain(nowhere) {
                    let named = if parcel.is_none() { change.site.to_string() } else { String::new() };
                    let kept = found.entry((parcel, named, key(&change.lack))).or_insert_with(|| Kept {
                        parcels: change.parcels.len(),
                        lacked: BTreeMap::new(),
                        row: ByParcel {
                            parcel,
                            site: change.site.clone(),
                            criterion: change.lack.criterion.clone(),
                            unit: change.lack.unit.clone(),
                            prospects: BTreeSet::new(),
                            most: None,
                            at_least: false,
                        },
                    });
                    if change.parcels.len() < kept.parcels {
                        (kept.parcels, kept.row.site) = (change.parcels.len(), change.site.clone());
                    }
                    let prospect = &one.demand.prospect;
                    let short = Short::of(&change.lack);
                    let lacked = kept.lacked.entry(prospect.clone()).or_insert(short);
                    *lacked = least(*lacked, short);
                    kept.row.prospects.insert(prospect.clone());
                }
            }
        }
        let told = |kept: Kept| {
            let all: Option<Vec<Short>> = kept.lacked.into_values().collect();
            let most = all.and_then(|all| all.into_iter().reduce(Short::both));
            ByParcel { most: most.map(|one| one.amount), at_least: most.is_some_and(|one| one.at_least), ..kept.row }
        };
        let mut parcels: Vec<ByParcel> = found.into_values().map(told).collect();
        parcels.sort_by_key(|one| std::cmp::Reverse(one.prospects.len()));
        parcels
    }

    /// Prospects that some single change would have served, by parcel.
    pub fn prospects_on_parcels(&self) -> BTreeMap<u32, BTreeSet<String>> {
        let mut on: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
        for one in &self.unserved {
            for parcel in one.changes.iter().flat_map(|change| &change.parcels) {
                on.entry(*parcel).or_default().insert(one.demand.prospect.clone());
            }
        }
        on
    }

    /// What a reader must know.
    fn notes(&self) -> Vec<Words> {
        let count = |answer| self.unserved.iter().filter(|one| one.answer == answer).count();
        vec![
            words!(
                "unmet-note-counts",
                "Requirements on record: {asked}; with a site that fits as far as is known: {met}; with no site: {missed}; with no site \
                 that is known to fit: {open}; that cannot be held against the park: {unheld}; signed or withdrawn, and left out: \
                 {closed}",
                asked = self.asked,
                met = self.met,
                missed = count(Answer::Missed),
                open = count(Answer::Unproven),
                unheld = count(Answer::Unheld),
                closed = self.closed,
            ),
            words!(
                "unmet-note-day",
                "Held against the park as it is on the day of the report; a day asked for that has passed is taken as that day",
            ),
            words!(
                "unmet-note-single",
                "A single change serves where all else that must be met is met or may stay open; more land is no change of a \
                 parcel, and what is not known is never counted as missing",
            ),
        ]
    }
}

impl Answer {
    /// In words.
    pub fn words(self) -> Words {
        match self {
            Self::Met => words!("unmet-answer-met", "met"),
            Self::Unproven => words!("unmet-answer-unproven", "no site known to fit"),
            Self::Missed => words!("unmet-answer-missed", "no site"),
            Self::Unheld => words!("unmet-answer-unheld", "not held against the park"),
        }
    }

    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unproven => "unproven",
            Self::Missed => "missed",
            Self::Unheld => "unheld",
        }
    }
}
