//! `twin report land`: idle and under-used land, ranked, each verdict with its clause, formulas and sources.

use std::collections::HashMap;
use std::path::Path;

use analysis::land::indicators::{Explained, Indicator, LandModel};
use analysis::land::scheme::{Bound, Finding, Rating, Scheme};
use analysis::land::{CaseStanding, ClockState, Interval, PhysicalUse, Proviso, Ranked, land_sheet, ranked};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use spatial_db::cache::Cache;
use spatial_db::model::{CaseState, ParkSnapshot, Presence};
use twin_engine::text::Text;

use super::write::Outgoing;
use super::{Asked, Format};
use crate::at_hand::AtHand;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::rules::tables;

/// Arguments of `twin report land`.
#[derive(Debug, Args)]
#[command(after_help = "docs/planner.md has the formulas, the clauses and how verdicts come about.\n\nExamples:\n  \
    twin report land qingxi\n  twin report land qingxi.gpkg --state idle --state past-reclaim --format csv --out idle.csv\n  \
    twin report land qingxi --min-area 10000 --format gpkg --out vacant.gpkg\n  \
    twin report land qingxi --scheme our-guide.toml --format json\n  \
    twin report land qingxi --case none --state past-reclaim")]
pub(super) struct LandArguments {
    #[command(flatten)]
    asked: Asked,
    /// Floors to hold the land against: national-2008, national-2023, shanghai, shanghai-illustrative, or a file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = "national-2008")]
    scheme: String,
    /// Only land in this state; may be given several times
    #[arg(long, value_enum)]
    state: Vec<StateName>,
    /// Only land whose case stands there; may be given several times. Where cases are not at hand no land is listed
    #[arg(long, value_enum)]
    case: Vec<CaseName>,
    /// Only land of so many square metres and more
    #[arg(long, value_name = "M2", default_value_t = 0.0)]
    min_area: f64,
    /// Order
    #[arg(long, value_enum, default_value = "rank")]
    sort: Order,
    /// Every parcel, not only idle and under-used land
    #[arg(long)]
    all: bool,
}

/// Statutory states, physical uses and ratings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    /// Over two years past the agreed start and not started
    PastReclaim,
    /// Over one year past the agreed start and not started
    Idle,
    /// Started and suspended for a year, too little developed or invested
    Stalled,
    /// The clock stands still for a cause of Art. 8
    Excused,
    /// The clock runs
    Running,
    /// Nothing to object to
    InOrder,
    /// The contract's state cannot be told
    Unknown,
    /// No contract on record
    NoContract,
    /// Physically vacant
    Vacant,
    /// Physically under-used
    UnderUsed,
    /// Built, and its floor stands empty by the records
    EmptyByRecord,
    /// A floor of the scheme is missed
    LowEfficiency,
}

/// Where the follow-up of a parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CaseName {
    /// No case was opened
    None,
    /// Somebody has reason to think that the land lies idle
    Suspected,
    /// Under investigation
    Investigation,
    /// It lies idle, and who caused it is settled
    Determined,
    /// A remedy is being carried out
    Disposal,
    /// Over
    Lifted,
}

impl CaseName {
    fn holds(self, land: &Ranked<'_>) -> bool {
        let state = match self {
            Self::None => return land.case == CaseStanding::None,
            Self::Suspected => CaseState::Suspected,
            Self::Investigation => CaseState::Investigation,
            Self::Determined => CaseState::Determined,
            Self::Disposal => CaseState::Disposal,
            Self::Lifted => CaseState::Lifted,
        };
        land.case.state() == Some(state)
    }
}

/// Orders of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    /// Statutory state, physical use, low efficiency, area
    Rank,
    /// The largest first
    Area,
    /// The fewest days to the one-year date first; land without such a date last
    Days,
    /// The lowest coverage first; unknown last
    Coverage,
    /// The lowest floor-area ratio first; unknown last
    Far,
}

impl StateName {
    fn holds(self, land: &Ranked<'_>) -> bool {
        match self {
            Self::NoContract => land.state().is_none(),
            Self::Vacant => land.physical == PhysicalUse::Vacant,
            Self::UnderUsed => land.physical == PhysicalUse::UnderUsed,
            Self::EmptyByRecord => land.empty_by_record,
            Self::LowEfficiency => land.efficiency.rating == Rating::LowEfficiency,
            Self::PastReclaim => land.state() == Some(ClockState::PastReclaim),
            Self::Idle => land.state() == Some(ClockState::Idle),
            Self::Stalled => land.state() == Some(ClockState::StalledIdle),
            Self::Excused => land.state() == Some(ClockState::Excused),
            Self::Running => land.state() == Some(ClockState::Running),
            Self::InOrder => land.state() == Some(ClockState::InOrder),
            Self::Unknown => land.state() == Some(ClockState::Unknown),
        }
    }
}

/// A shipped scheme, or one of the user's own.
pub(crate) fn scheme(named: &str) -> Result<Scheme, Failure> {
    if let Some(scheme) = tables().scheme(named) {
        return Ok(scheme.clone());
    }
    if !named.contains(['.', '/', '\\']) {
        let known: Vec<&str> = tables().schemes.iter().map(|scheme| scheme.name.as_str()).collect();
        return Err(Failure::NoScheme { name: named.to_owned(), known: known.join(", ") });
    }
    let path = Path::new(named).to_path_buf();
    let text = std::fs::read_to_string(&path).map_err(|source| Failure::SchemeFile { path: path.clone(), source })?;
    Scheme::parse(&text).map_err(|source| Failure::SchemeWrong { path, source })
}

pub(super) fn run(arguments: &LandArguments) -> Result<(), Failure> {
    let scheme = scheme(&arguments.scheme)?;
    let (snapshot, as_of) = arguments.asked.load()?;
    let sources = if arguments.asked.format == Format::Json {
        Origin::of(&arguments.asked.park).sources(snapshot.park.park_id)?
    } else {
        HashMap::new()
    };
    // A day that is asked for is meant; on the day of the data cases are told up to today.
    let record = arguments.asked.as_of.is_none().then_some(as_of);
    let cases = AtHand::of(Origin::of(&arguments.asked.park), record)?;
    let cache = Cache::build(snapshot);
    let rules = &tables().land;
    let model = LandModel::of(&cache, &Presence::on(cache.snapshot(), as_of), rules, as_of)
        .with_cases(cases.as_ref().map(|cases| cases.on(as_of)));
    let all = ranked(&model, &scheme);
    let mut chosen: Vec<&Ranked<'_>> = all.iter().filter(|land| arguments.wants(land)).collect();
    arguments.sort(&mut chosen);
    let sheet = land_sheet(&model, &scheme, &chosen);
    let park = cache.snapshot();
    Outgoing { asked: &arguments.asked, park, as_of, sheet: &sheet }.write(|text| {
        let told = Told { park, model: &model, sources: &sources, text };
        let parcels: Vec<Value> = chosen.iter().enumerate().map(|(at, land)| told.parcel(at + 1, land)).collect();
        let Value::Object(object) = json!({
            "scheme": {
                "name": scheme.name, "title": scheme.title, "illustrative": scheme.illustrative,
                "industry_codes": scheme.industry_codes, "note": scheme.note,
            },
            "figures_year": model.year(),
            "cases_at_hand": model.has_cases(),
            "parcels": parcels,
        }) else {
            return serde_json::Map::new();
        };
        object
    })
}

impl LandArguments {
    fn wants(&self, land: &Ranked<'_>) -> bool {
        let by_state = if self.state.is_empty() {
            self.all || land.listed()
        } else {
            self.state.iter().any(|state| state.holds(land))
        };
        let by_case = self.case.is_empty() || self.case.iter().any(|case| case.holds(land));
        by_state && by_case && land.site.area_m2 >= self.min_area
    }

    fn sort(&self, chosen: &mut [&Ranked<'_>]) {
        let reading = |land: &Ranked<'_>, indicator: Indicator| {
            let at = Indicator::ALL.iter().position(|one| *one == indicator);
            at.and_then(|at| land.readings[at].value).unwrap_or(f64::INFINITY)
        };
        match self.sort {
            Order::Rank => {}
            Order::Area => chosen.sort_by(|a, b| b.site.area_m2.total_cmp(&a.site.area_m2)),
            Order::Days => chosen.sort_by_key(|land| {
                land.clock.as_ref().and_then(|(_, timeline)| timeline.days_left).unwrap_or(i64::MAX)
            }),
            Order::Coverage => {
                chosen.sort_by(|a, b| reading(a, Indicator::Coverage).total_cmp(&reading(b, Indicator::Coverage)));
            }
            Order::Far => chosen.sort_by(|a, b| reading(a, Indicator::Far).total_cmp(&reading(b, Indicator::Far))),
        }
    }
}

/// The case of a parcel; nothing where there is none, or cases are not at hand.
fn case(standing: CaseStanding) -> Option<Value> {
    match standing {
        CaseStanding::NotAtHand | CaseStanding::None => None,
        CaseStanding::Case { number, state } => Some(json!({ "number": number, "state": state.as_str() })),
    }
}

/// What JSON tells of a parcel.
struct Told<'a> {
    park: &'a ParkSnapshot,
    model: &'a LandModel<'a>,
    sources: &'a HashMap<String, String>,
    text: &'a Text,
}

impl Told<'_> {
    fn parcel(&self, rank: usize, land: &Ranked<'_>) -> Value {
        let parcel = &self.park.parcels[land.slot];
        let indicators = Indicator::ALL.map(|indicator| self.indicator(&self.model.explain(land.slot, indicator)));
        json!({
            "rank": rank,
            "parcel": parcel.provenance.key,
            "number": parcel.number,
            "address": parcel.address,
            "holder": parcel.holder,
            "industry": self.model.industry(land.slot),
            "land_use": {
                "code": parcel.land_use_code, "scheme": parcel.land_use_scheme, "words": parcel.land_use,
            },
            "area_m2": land.site.area_m2,
            "source": self.source(&parcel.provenance.layer, parcel.provenance.source_row, &parcel.provenance.key),
            "physical_use": {
                "value": land.physical.as_str(),
                "because": self.text.words(&land.physical_reason),
                "empty_by_record": land.empty_by_record,
                "open_points": land.physical_open.iter().map(|open| self.text.words(open)).collect::<Vec<_>>(),
            },
            "clock": self.clock(land),
            "case": case(land.case),
            "efficiency": self.efficiency(land),
            "indicators": indicators,
        })
    }

    fn source(&self, layer: &str, row: i64, key: &str) -> Value {
        json!({ "file": self.sources.get(layer), "layer": layer, "row": row, "key": key })
    }

    fn clock(&self, land: &Ranked<'_>) -> Option<Value> {
        let (contract, timeline) = land.clock.as_ref()?;
        let spans = |spans: &[Interval]| -> Vec<Value> {
            spans.iter().map(|span| json!({ "from": span.from, "to": span.to })).collect()
        };
        let provenance = &contract.provenance;
        Some(json!({
            "contract": provenance.key,
            "source": self.source(&provenance.layer, provenance.source_row, &provenance.key),
            "state": timeline.state.as_str(),
            "if": timeline.proviso.map(Proviso::as_str),
            "clause": self.text.words(&timeline.clause),
            "because": self.text.words(&timeline.reason),
            "agreed_start": contract.agreed_start,
            "zero": timeline.zero,
            "one_year": timeline.idle_from,
            "two_years": timeline.reclaim_from,
            "days_to_one_year": timeline.days_left,
            "days_to_two_years": timeline.days_to_reclaim,
            "developed_share": timeline.developed,
            "invested_share": timeline.invested,
            "measured": timeline.measured,
            "suspensions": spans(&timeline.suspensions),
            "causes": spans(&timeline.causes),
            "disposal": timeline.disposal.as_ref().map(|disposal| json!({
                "words": self.text.words(&disposal.words), "fee": disposal.fee, "currency": disposal.currency,
            })),
            "by_cases": timeline.by_cases.iter().map(|said| self.text.words(said)).collect::<Vec<_>>(),
            "open_points": timeline.open.iter().map(|open| self.text.words(open)).collect::<Vec<_>>(),
        }))
    }

    fn efficiency(&self, land: &Ranked<'_>) -> Value {
        let finding = |finding: &Finding<'_>| {
            json!({
                "indicator": finding.indicator.as_str(),
                "kind": match finding.kind { Bound::Floor => "floor", Bound::Ceiling => "ceiling" },
                "limit": finding.limit.map(|limit| limit.value),
                "unit": finding.limit.map(|limit| &limit.unit),
                "value": finding.value,
                "at_least": finding.at_least,
                "met": finding.met,
                "missed_by": finding.gap,
                "decides": finding.decides(),
                "clause": finding.limit.map(|limit| self.text.words(&limit.citation())),
                "missing": finding.missing.iter().map(|words| self.text.words(words)).collect::<Vec<_>>(),
                "words": self.text.words(&finding.words()),
            })
        };
        json!({
            "rating": land.efficiency.rating.as_str(),
            "findings": land.efficiency.findings.iter().map(finding).collect::<Vec<_>>(),
            "missing": land.efficiency.all_missing().iter().map(|words| self.text.words(words)).collect::<Vec<_>>(),
        })
    }

    fn indicator(&self, explained: &Explained) -> Value {
        let inputs: Vec<Value> = explained
            .inputs
            .iter()
            .map(|input| {
                json!({
                    "label": self.text.words(&input.label),
                    "value": input.value,
                    "unit": input.unit,
                    "date": input.date,
                    "source": input.source.as_ref().map(|from| self.source(&from.layer, from.row, &from.key)),
                })
            })
            .collect();
        let reading = &explained.reading;
        json!({
            "indicator": explained.indicator.as_str(),
            "title": self.text.words(&explained.indicator.title()),
            "value": reading.value,
            "at_least": (reading.value.is_none() && reading.at_least > 0.0).then_some(reading.at_least),
            "unit": explained.unit,
            "formula": self.text.words(&explained.formula),
            "inputs": inputs,
            "completeness": reading.completeness,
            "missing": explained.missing.iter().map(|words| self.text.words(words)).collect::<Vec<_>>(),
            "notes": explained.notes.iter().map(|words| self.text.words(words)).collect::<Vec<_>>(),
        })
    }
}
