//! A want held against a candidate: what it has, from and to, and what that means. No words here: it runs for every candidate.

use super::bound::most_share;
use super::ground::{Candidate, Free, Ground, Missing};
use super::shapes::{Outline, Shapes};
use super::supply::{Supplies, Utility};
use super::tables::Said;
use super::things::Things;
use super::want::{Side, Want, days};

/// What a candidate has of a want: no less than `low`, no more than `high`. Unknown is from −∞ to ∞.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
    /// What it was measured at: a position in the vector that the want is about; `u32::MAX` for none.
    pub at: u32,
    /// What is missing for more.
    pub missing: Missing,
}

/// Height that beams, roof and insulation take of a new building, m, at most: a `ParkTwin` default.
pub const ROOF_M: f64 = 2.0;

/// Nothing in particular.
pub const NOWHERE: u32 = u32::MAX;

/// What a measure means for a want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It is there.
    Fit,
    /// It may be there.
    Unknown,
    /// It is not.
    Gap,
}

impl Measure {
    /// A figure that is known.
    pub const fn known(figure: f64, at: u32) -> Self {
        Self { low: figure, high: figure, at, missing: Missing::Nothing }
    }

    /// Nothing is known.
    pub const fn unknown(missing: Missing) -> Self {
        Self { low: f64::NEG_INFINITY, high: f64::INFINITY, at: NOWHERE, missing }
    }

    /// What it means for a figure asked for.
    pub fn verdict(&self, wanted: f64, side: Side) -> Verdict {
        let (sure, possible) = match side {
            Side::AtLeast => (self.low >= wanted, self.high >= wanted),
            Side::AtMost => (self.high <= wanted, self.low <= wanted),
        };
        match (sure, possible) {
            (true, _) => Verdict::Fit,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Gap,
        }
    }

    /// By how much it falls short at the least; 0 where it may do.
    pub fn gap(&self, wanted: f64, side: Side) -> f64 {
        match side {
            Side::AtLeast => (wanted - self.high).max(0.0),
            Side::AtMost => (self.low - wanted).max(0.0),
        }
    }

    /// How near it comes, from and to, 0 to 1: 1 for what fits, down to 0 for what misses by `scale` or more.
    pub fn grade(&self, wanted: f64, side: Side, scale: f64) -> (f32, f32) {
        let share = |figure: f64| {
            let missed = if side == Side::AtLeast { wanted - figure } else { figure - wanted };
            (1.0 - missed / scale).clamp(0.0, 1.0) as f32
        };
        match side {
            Side::AtLeast => (share(self.low), share(self.high)),
            Side::AtMost => (share(self.high), share(self.low)),
        }
    }

    /// The one that is better for a want; the first of equals.
    fn better(self, other: Self, side: Side) -> Self {
        let (a, b) = match side {
            Side::AtLeast => ((self.low, self.high), (other.low, other.high)),
            Side::AtMost => ((-self.high, -self.low), (-other.high, -other.low)),
        };
        let best = if b > a { other } else { self };
        let both = |of: fn(f64, f64) -> f64| (of(self.low, other.low), of(self.high, other.high));
        let (low, high) = if side == Side::AtLeast { both(f64::max) } else { both(f64::min) };
        Self { low, high, ..best }
    }

    /// The one that is worse.
    fn worse(self, other: Self, side: Side) -> Self {
        let turned = if side == Side::AtLeast { Side::AtMost } else { Side::AtLeast };
        self.better(other, turned)
    }
}

/// What a want needs of the park, looked up once.
#[derive(Debug)]
pub(super) enum Lookup {
    /// Nothing.
    None,
    /// Shapes to be near to, away from, or on.
    Shapes {
        /// Those that are what is asked for.
        good: Shapes,
        /// Those that may be: of them too little is known.
        open: Shapes,
        /// Whether the park keeps such records.
        kept: bool,
        /// How far a shape may be from where it was surveyed, m; 0 where they are as surveyed.
        moved_m: f64,
        /// What is missing of those that may be.
        missing: Missing,
    },
    /// Jobs on record.
    Jobs(super::jobs::Jobs),
}

impl Lookup {
    pub(super) fn of(want: &Want, ground: &Ground<'_>) -> Self {
        match want {
            Want::Near { what, .. } | Want::Away { what, .. } => {
                let Things { good, open, kept } = ground.things(what);
                Self::Shapes { good, open, kept, moved_m: 0.0, missing: Missing::Things }
            }
            Want::Access { to, .. } => lines_of(*to, ground),
            Want::Road { classes, width_m, .. } => roads_of(classes, *width_m, ground),
            Want::Jobs { .. } => Self::Jobs(super::jobs::Jobs::of(ground)),
            _ => Self::None,
        }
    }
}

fn lines_of(utility: Utility, ground: &Ground<'_>) -> Lookup {
    let (mut good, mut open, mut kept, mut moved_m) = (Vec::new(), Vec::new(), false, 0.0);
    for (at, edge) in ground.park.edges.iter().enumerate() {
        if edge.class != utility.class() {
            continue;
        }
        kept = true;
        // Storm water is no sewage; a drain of which nobody says what it carries may be either.
        let carries = match utility {
            Utility::Sewage => ground.tables.carries_sewage(edge.subtype.as_deref()),
            _ => Some(true),
        };
        if carries == Some(false) || !ground.presence.edges[at] {
            continue;
        }
        moved_m = spatial_db::package::moved_m(edge).map_or(moved_m, |by| f64::max(moved_m, by));
        let line: geo::LineString<f64> = edge.path.iter().map(|[x, y, _]| (*x, *y)).collect();
        let outline = (at, Outline::of_lines([&line]));
        if carries.is_some() { good.push(outline) } else { open.push(outline) }
    }
    Lookup::Shapes { good: Shapes::of(good), open: Shapes::of(open), kept, moved_m, missing: Missing::LineKind }
}

fn roads_of(classes: &[String], width_m: Option<f64>, ground: &Ground<'_>) -> Lookup {
    let outline = |at: usize| (at, Outline::of_lines(&ground.park.roads[at].line));
    let (mut good, mut open, mut missing) = (Vec::new(), Vec::new(), Missing::Nothing);
    for (at, road) in ground.park.roads.iter().enumerate() {
        let class = road.class.as_ref().map(|class| classes.iter().any(|one| one.eq_ignore_ascii_case(class)));
        let width = match (width_m, road.width_m) {
            (None, _) => Some(true),
            (Some(wanted), Some(width)) => Some(width >= wanted),
            (Some(_), None) => None,
        };
        match (class, width) {
            (Some(false), _) | (_, Some(false)) => {}
            (Some(true), Some(true)) => good.push(outline(at)),
            (None, _) => {
                missing = Missing::Roads;
                open.push(outline(at));
            }
            (_, None) => {
                missing = Missing::RoadWidth;
                open.push(outline(at));
            }
        }
    }
    let kept = !ground.park.roads.is_empty();
    Lookup::Shapes { good: Shapes::of(good), open: Shapes::of(open), kept, moved_m: 0.0, missing }
}

/// A want held against candidates.
pub(super) struct Gauge<'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    pub(super) want: &'g Want,
    pub(super) lookup: Lookup,
    pub(super) supplies: &'g dyn Supplies,
    pub(super) limits: Option<&'g crate::scenario::Limits>,
    /// How high what is asked for is built on land, m; `None` where the limits alone tell.
    pub(super) built_m: Option<f64>,
}

/// How high what a pitch asks for is built, where that tells more than its limits: as its hall, else a storey of its floors.
pub(super) fn built_m(pitch: &super::file::PitchFile) -> Option<f64> {
    let limits = pitch.limits.as_ref()?;
    let hall = pitch.needs.iter().find_map(|need| match need.want {
        Want::Hall { height_m, .. } => Some(height_m),
        _ => None,
    });
    let has_floors = pitch.needs.iter().any(|need| matches!(need.want, Want::Floor { .. }));
    let storey = has_floors.then_some(limits.storey_height_m);
    hall.or(storey).map(|height_m| height_m.min(limits.height_m))
}

impl Gauge<'_, '_> {
    /// What a candidate has of it; distances only as far as they matter.
    pub(super) fn measure(&self, candidate: &Candidate) -> Measure {
        let (wanted, side) = self.want.figure();
        let reach = if side == Side::AtMost { wanted * 2.0 } else { wanted };
        self.measure_within(candidate, reach)
    }

    /// The same with the distances however far.
    pub(super) fn measure_exactly(&self, candidate: &Candidate) -> Measure {
        self.measure_within(candidate, f64::INFINITY)
    }

    fn measure_within(&self, candidate: &Candidate, reach: f64) -> Measure {
        let ground = self.ground;
        match self.want {
            Want::Land { .. } => {
                Measure::known(candidate.area_m2, candidate.parcels.first().copied().unwrap_or(NOWHERE))
            }
            Want::Floor { .. } => self.floor(candidate),
            Want::Hall { .. } => self.hall_unseen(candidate),
            // No larger than the land; what is left of it beside the hall is tried for the best sites.
            Want::Turning { .. } => {
                let most = (candidate.area_m2 / std::f64::consts::PI).sqrt();
                let high = if candidate.building.is_some() { f64::INFINITY } else { most };
                Measure { low: 0.0, high, at: NOWHERE, missing: Missing::NotTried }
            }
            Want::ClearHeight { .. } => self.clear_height(candidate),
            Want::FloorLoad { .. } => match candidate.building {
                // What is built new is built for the load.
                None => Measure::known(f64::INFINITY, NOWHERE),
                Some(at) => self.said(Said::FloorLoad, at, Missing::FloorLoad),
            },
            Want::Power { .. }
            | Want::Gas { .. }
            | Want::Water { .. }
            | Want::Sewage { .. }
            | Want::Heat { .. }
            | Want::Telecom { .. } => self.supply(candidate),
            Want::Access { .. } | Want::Near { .. } | Want::Away { .. } | Want::Road { .. } => {
                self.distance(candidate, reach)
            }
            Want::Zoning { scheme, codes } => self.of_parcels(candidate, |slot| {
                let parcel = ground.parcel(slot);
                match (parcel.land_use_scheme.as_deref(), parcel.land_use_code.as_deref()) {
                    (Some(of), Some(code)) if of == scheme => {
                        let fits = codes.iter().any(|wanted| code.starts_with(wanted.as_str()));
                        Measure::known(f64::from(u8::from(fits)), slot)
                    }
                    _ => Measure { at: slot, ..share_unknown(Missing::LandUse) },
                }
            }),
            Want::Industry { code } => self.of_parcels(candidate, |slot| {
                let parcel = ground.parcel(slot);
                let admits = match (parcel.land_use_scheme.as_deref(), parcel.land_use_code.as_deref()) {
                    (Some(scheme), Some(of)) => ground.tables.admits(scheme, of, code),
                    _ => return Measure { at: slot, ..share_unknown(Missing::LandUse) },
                };
                match admits {
                    Some(admits) => Measure::known(f64::from(u8::from(admits)), slot),
                    None => Measure { at: slot, ..share_unknown(Missing::IndustryClass) },
                }
            }),
            Want::Neighbours { industries, within_m, .. } => {
                ground.trades.near(&ground.outlines_of(candidate), industries, *within_m)
            }
            Want::Jobs { within_m, .. } => match &self.lookup {
                Lookup::Jobs(jobs) => jobs.measure(ground, candidate, *within_m),
                _ => Measure { low: 0.0, ..Measure::unknown(Missing::Jobs) },
            },
            Want::Free { .. } => match candidate.free {
                Free::From(day) => Measure::known(days(day), NOWHERE),
                Free::Held => Measure::known(f64::INFINITY, NOWHERE),
                Free::Unknown(missing) => Measure::unknown(missing),
            },
            Want::Price { currency, .. } => self.price(candidate, currency),
            Want::Term { .. } => match candidate.building {
                Some(at) => self.said(Said::Term, at, Missing::Term),
                None => self.said_of_land(candidate, Said::Term, Missing::Term, Side::AtLeast),
            },
        }
    }

    /// A parcel's measure; of several the worst.
    fn of_parcels(&self, candidate: &Candidate, measure: impl Fn(u32) -> Measure) -> Measure {
        let side = self.want.figure().1;
        let all = candidate.parcels.iter().map(|slot| measure(*slot));
        all.reduce(|a, b| a.worse(b, side)).unwrap_or(share_unknown(Missing::LandUse))
    }

    fn floor(&self, candidate: &Candidate) -> Measure {
        if let Some(at) = candidate.building {
            let (low, high) = candidate.floor_m2;
            let missing = match (low < high, high.is_finite()) {
                (false, _) => Missing::Nothing,
                (true, false) => Missing::FloorArea,
                (true, true) => Missing::TenancyFloor,
            };
            return Measure { low, high, at, missing };
        }
        let Some(limits) = self.limits else {
            return Measure { low: 0.0, ..Measure::unknown(Missing::Limits) };
        };
        // No more than the limits leave on all of the land; how much of it fits its shape is tried for the best sites.
        let storeys = (limits.height_m / limits.storey_height_m + 1e-9).floor().max(0.0);
        let tall = self.ground.tall_m();
        let times = if limits.storey_height_m > tall { 2.0 } else { 1.0 };
        let ratio = limits.far.map_or(f64::INFINITY, |far| far / times);
        let cover = limits.coverage.unwrap_or(1.0) * storeys;
        Measure { low: 0.0, high: candidate.area_m2 * ratio.min(cover), at: NOWHERE, missing: Missing::NotTried }
    }

    fn hall_unseen(&self, candidate: &Candidate) -> Measure {
        if candidate.building.is_some() {
            return Measure::known(0.0, NOWHERE);
        }
        let Some(limits) = self.limits else {
            return Measure { low: 0.0, ..Measure::unknown(Missing::Limits) };
        };
        let outlines = self.ground.outlines_of(candidate);
        let outlines: Vec<&Outline> = outlines.iter().map(AsRef::as_ref).collect();
        let high = most_share(&outlines, candidate.area_m2, self.want, limits, self.ground.tall_m());
        Measure { low: 0.0, high, at: NOWHERE, missing: Missing::NotTried }
    }

    fn clear_height(&self, candidate: &Candidate) -> Measure {
        let Some(at) = candidate.building else {
            // What is built new is as high as it is asked for, else as the limits let, less the roof.
            return self.limits.map_or(Measure::unknown(Missing::Limits), |limits| {
                let high = self.built_m.unwrap_or(limits.height_m);
                Measure { low: high - ROOF_M, high, at: NOWHERE, missing: Missing::ClearHeight }
            });
        };
        let building = self.ground.building(at);
        if let Some(clear) = self.ground.tables.said(Said::ClearHeight, &building.provenance) {
            return Measure::known(clear, at);
        }
        // Beams take of a storey's height: that is the most that it can be.
        let positive = |height: Option<f64>| height.filter(|height| *height > 0.0);
        let storey = positive(building.storey_height_m)
            .or_else(|| Some(positive(building.height_m)? / positive(building.storeys)?.max(1.0)));
        match storey {
            Some(storey) => Measure { low: 0.0, high: storey, at, missing: Missing::ClearHeight },
            None => Measure { low: 0.0, high: f64::INFINITY, at, missing: Missing::StoreyHeight },
        }
    }

    fn said(&self, what: Said, building: u32, missing: Missing) -> Measure {
        let building_row = &self.ground.building(building).provenance;
        match self.ground.tables.said(what, building_row) {
            Some(figure) => Measure::known(figure, building),
            None => Measure::unknown(missing),
        }
    }

    fn said_of_land(&self, candidate: &Candidate, what: Said, missing: Missing, side: Side) -> Measure {
        let all = candidate.parcels.iter().map(|slot| {
            let said = self.ground.tables.said(what, &self.ground.parcel(*slot).provenance);
            said.map_or(Measure::unknown(missing), |figure| Measure::known(figure, *slot))
        });
        all.reduce(|a, b| a.worse(b, side)).unwrap_or(Measure::unknown(missing))
    }

    /// A price that is asked, in the currency that it is asked for in: 400 of nobody knows what is no price. What an assessor thinks
    /// land is worth is none either.
    fn price(&self, candidate: &Candidate, currency: &str) -> Measure {
        let (ground, tables) = (self.ground, self.ground.tables);
        let same = |of: Option<&str>| of.is_some_and(|of| of.trim().eq_ignore_ascii_case(currency));
        if let Some(at) = candidate.building {
            if !same(tables.currency(&ground.building(at).provenance)) {
                return Measure::unknown(Missing::Price);
            }
            return self.said(Said::Price, at, Missing::Price);
        }
        let in_currency = |slot: &u32| {
            let parcel = ground.parcel(*slot);
            same(tables.currency(&parcel.provenance).or(parcel.currency.as_deref()))
        };
        if !candidate.parcels.iter().all(in_currency) {
            return Measure::unknown(Missing::Price);
        }
        self.said_of_land(candidate, Said::Price, Missing::Price, Side::AtMost)
    }

    /// The best of the candidate's parcels: two connections are not added, since one bottleneck may feed both.
    fn supply(&self, candidate: &Candidate) -> Measure {
        let Some((utility, by)) = self.want.supply() else { return Measure::unknown(Missing::Capacity) };
        if by < self.ground.as_of {
            return Measure::unknown(Missing::Passed);
        }
        let all = candidate.parcels.iter().map(|slot| {
            let (low, high) = self.supplies.lasting(*slot as usize, utility, by);
            let missing = if low < high { Missing::Capacity } else { Missing::Nothing };
            Measure { low, high, at: *slot, missing }
        });
        let best = all.clone().reduce(|a, b| a.better(b, Side::AtLeast)).unwrap_or(Measure::unknown(Missing::Capacity));
        if utility != Utility::Telecom || candidate.parcels.len() < 2 {
            return best;
        }
        // Routes of two parcels may be apart: there are no more than all of them.
        let high = all.map(|one| one.high).sum::<f64>();
        Measure { high, missing: if best.low < high { Missing::Capacity } else { best.missing }, ..best }
    }

    fn distance(&self, candidate: &Candidate, reach: f64) -> Measure {
        let nothing = match self.want {
            Want::Access { .. } => Missing::Lines,
            Want::Road { .. } => Missing::Roads,
            _ => Missing::Things,
        };
        let Lookup::Shapes { good, open, kept, moved_m, missing } = &self.lookup else {
            return Measure::unknown(nothing);
        };
        // What was moved may be as much nearer or farther: it is looked for as far, and never known.
        let look = |shapes: &Shapes| nearest(shapes, self.ground, candidate, reach + moved_m);
        let (sure, possible) = (look(good), look(open));
        // The nearest on record is no farther than that, whatever is not on record.
        let high = sure.map_or(f64::INFINITY, |found| found.0 + moved_m);
        let at = sure.or(possible).map_or(NOWHERE, |found| found.1);
        if !kept {
            return Measure { low: 0.0, high, at, missing: nothing };
        }
        if *moved_m > 0.0 {
            // Lines shorter than a square were left out besides.
            return Measure { low: 0.0, high, at, missing: Missing::Moved };
        }
        let low = match possible {
            Some((distance, _)) => distance.min(high),
            None if sure.is_some() => high,
            // Farther than it matters; how far is not asked. Without any it is nowhere.
            None if good.is_empty() && open.is_empty() => f64::INFINITY,
            None => reach,
        };
        let missing = if possible.is_some() && low < high { *missing } else { Missing::Nothing };
        Measure { low, high, at, missing }
    }
}

/// Admitted or not: nobody knows.
const fn share_unknown(missing: Missing) -> Measure {
    Measure { low: 0.0, high: 1.0, at: NOWHERE, missing }
}

fn nearest(shapes: &Shapes, ground: &Ground<'_>, candidate: &Candidate, reach: f64) -> Option<(f64, u32)> {
    if shapes.is_empty() {
        return None;
    }
    let found = ground.outlines_of(candidate).into_iter().filter_map(|outline| shapes.nearest(&outline, reach));
    found.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
}

/// Floor that limits leave on a candidate's land, m², with what stands there; `None` where its floors are not known.
pub(super) fn buildable_m2(
    ground: &Ground<'_>,
    candidate: &Candidate,
    limits: &crate::scenario::Limits,
) -> Option<f64> {
    let boundary = ground.boundary(candidate);
    let existing = super::fit::existing(ground, candidate, &boundary, limits.spacing_m)?;
    let tall = ground.tall_m();
    let mass = crate::scenario::largest_mass(&boundary, &existing, limits, tall);
    Some(mass.map_or(0.0, |mass| mass.floor_area_m2))
}
