//! Chapters of a dossier that say what is on record.

use spatial_db::model::{Case, CaseEventKind, CaseState, EnterpriseYear, EventKind, LandContract};

use super::{Chapter, Files, Line, Tone, joined, line, number, source, unknown};
use crate::land::clock::{Interval, Timeline};
use crate::land::indicators::LandModel;
use crate::land::ranking::Ranked;
use crate::words;
use crate::words::{Phrase, Words, phrase};

/// Sums of one year over the enterprises that use a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct YearSums {
    /// Calendar year.
    pub year: i32,
    /// Output of those whose figure is known, in `currency`.
    pub output: f64,
    /// Tax of those whose figure is known, in `currency`.
    pub tax: f64,
    /// ISO 4217 code, `None` where they differ or are not on record.
    pub currency: Option<String>,
}

fn text(value: Option<&str>) -> Words {
    value.map_or_else(unknown, Words::from)
}

fn day(value: Option<chrono::NaiveDate>) -> Words {
    value.map_or_else(unknown, |day| day.to_string().into())
}

fn amount(value: Option<f64>, unit: &str) -> Words {
    value.map_or_else(unknown, |value| number(value, unit).into())
}

/// The contract and its clock.
pub(super) fn clock(contract: &LandContract, timeline: &Timeline) -> Chapter {
    let currency = contract.currency.as_deref().unwrap_or("");
    let share = |share: Option<f64>| share.map_or_else(unknown, |share| format!("{:.1} %", share * 100.0).into());
    let spans = |spans: &[Interval]| {
        let said = |span: &Interval| {
            let to = span.to.map_or_else(|| words!("dossier-still", "still"), |day| day.to_string().into());
            words!("dossier-span", "{from} to {to}", from = span.from, to = to)
        };
        joined(spans.iter().map(said).collect())
    };
    let row = |label: Words, value: Words| line([label, value]);
    let mut rows = vec![
        row(words!("head-contract", "contract"), contract.provenance.key.as_str().into()),
        row(words!("dossier-signed", "signed"), day(contract.signed)),
        row(words!("dossier-agreed-start", "agreed start"), day(contract.agreed_start)),
        row(words!("dossier-agreed-completion", "agreed completion"), day(contract.agreed_completion)),
        row(words!("dossier-price", "land price"), amount(contract.land_price, currency)),
        row(words!("dossier-investment", "agreed investment"), amount(contract.total_investment, currency)),
        row(words!("dossier-zero", "the clock's zero"), day(timeline.zero)),
        row(words!("fact-one-year", "One year is up"), day(timeline.idle_from)),
        row(words!("fact-two-years", "Two years are up"), day(timeline.reclaim_from)),
        row(words!("dossier-developed", "developed share of the area due"), share(timeline.developed)),
        row(words!("dossier-invested", "invested share"), share(timeline.invested)),
    ];
    if !timeline.suspensions.is_empty() {
        rows.push(row(words!("dossier-suspensions", "suspensions"), spans(&timeline.suspensions)));
    }
    if !timeline.causes.is_empty() {
        rows.push(row(words!("dossier-causes", "government causes (Art. 8)"), spans(&timeline.causes)));
    }
    if let Some(days) = timeline.days_left {
        rows.push(row(words!("dossier-days", "days to the one-year date"), days.to_string().into()));
    }
    if let Some(disposal) = &timeline.disposal {
        rows.push(row(words!("fact-disposal", "Disposal"), disposal.words.clone()));
        let fee = disposal.fee.map(|fee| number(fee, disposal.currency.as_deref().unwrap_or("")));
        rows.extend(fee.map(|fee| row(words!("head-fee", "idle fee"), fee.into())));
    }
    if !timeline.open.is_empty() {
        let open = Line {
            cells: vec![words!("head-open", "open points"), joined(timeline.open.clone())],
            tone: Tone::Unknown,
        };
        rows.push(open);
    }
    Chapter {
        name: "clock",
        title: words!("dossier-clock", "Contract and idle clock"),
        heads: Vec::new(),
        rows,
        empty: Words::default(),
    }
}

/// The parcel's own row.
pub(super) fn parcel(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> Chapter {
    let parcel = &model.park().parcels[land.slot];
    let code = match (&parcel.land_use_code, &parcel.land_use_scheme) {
        (Some(code), Some(scheme)) => format!("{code} ({scheme}) {}", parcel.land_use.as_deref().unwrap_or("")).into(),
        _ => text(parcel.land_use.as_deref()),
    };
    let rows = vec![
        line([words!("head-parcel", "parcel"), parcel.provenance.key.as_str().into()]),
        line([words!("head-number", "number"), text(parcel.number.as_deref())]),
        line([words!("head-address", "address"), text(parcel.address.as_deref())]),
        line([words!("head-holder", "holder"), text(parcel.holder.as_deref())]),
        line([words!("head-land-use", "land use"), code]),
        line([words!("head-industry", "industry"), text(model.industry(land.slot).as_deref())]),
        line([words!("dossier-area-boundary", "area of the boundary"), amount(Some(land.site.area_m2), "m2")]),
        line([words!("fact-area-on-record", "Area on record"), amount(parcel.recorded_area_m2, "m2")]),
        line([words!("dossier-from", "source"), source(files, &parcel.provenance.layer, parcel.provenance.source_row)]),
    ];
    Chapter {
        name: "record",
        title: words!("dossier-record", "On record"),
        heads: Vec::new(),
        rows,
        empty: Words::default(),
    }
}

/// Buildings that share area with it.
pub(super) fn buildings(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> Chapter {
    let rows = land.site.buildings.iter().map(|row| {
        let building = &model.park().buildings[*row];
        let name = building.name.as_deref().unwrap_or(&building.provenance.key);
        line([
            name.into(),
            text(building.use_text.as_deref()),
            building.storeys.map_or_else(unknown, |storeys| format!("{storeys:.0}").into()),
            amount(building.height_m, "m"),
            amount(building.floor_area_m2, "m2"),
            building.year_built.map_or_else(unknown, |year| year.to_string().into()),
            source(files, &building.provenance.layer, building.provenance.source_row),
        ])
    });
    Chapter {
        name: "buildings",
        title: words!("dossier-buildings", "Buildings on it"),
        heads: vec![
            words!("dossier-building", "building"),
            words!("dossier-use", "use"),
            words!("dossier-storeys", "storeys"),
            words!("dossier-height", "height"),
            words!("dossier-floor-on-record", "floor area on record"),
            words!("dossier-built", "built"),
            words!("dossier-from", "source"),
        ],
        rows: rows.collect(),
        empty: words!("basis-no-building", "no building on the parcel"),
    }
}

/// Keys of what uses the parcel: itself and the buildings on it.
fn is_here(model: &LandModel<'_>, land: &Ranked<'_>, building: Option<&str>, parcel: Option<&str>) -> bool {
    let park = model.park();
    let here = |key: &str| land.site.buildings.iter().any(|row| park.buildings[*row].provenance.key == key);
    building.is_some_and(here) || parcel == Some(park.parcels[land.slot].provenance.key.as_str())
}

/// Who uses it, on any day.
pub(super) fn tenancies(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> Chapter {
    let park = model.park();
    let mut own: Vec<_> = park
        .tenancies
        .iter()
        .filter(|one| is_here(model, land, one.building_key.as_deref(), one.parcel_key.as_deref()))
        .collect();
    own.sort_by_key(|one| (one.valid_from, &one.provenance.key));
    let rows = own.into_iter().map(|one| {
        let enterprise = park.enterprises.iter().find(|enterprise| enterprise.provenance.key == one.enterprise_key);
        let to = match (one.valid_from, one.valid_to) {
            (Some(_), None) => words!("dossier-runs", "runs"),
            (_, to) => day(to),
        };
        line([
            enterprise.map_or(one.enterprise_key.as_str(), |enterprise| enterprise.name.as_str()).into(),
            text(one.building_key.as_deref().or(one.parcel_key.as_deref())),
            amount(one.floor_area_m2, "m2"),
            day(one.valid_from),
            to,
            source(files, &one.provenance.layer, one.provenance.source_row),
        ])
    });
    Chapter {
        name: "tenancies",
        title: words!("dossier-tenancies", "Who uses it"),
        heads: vec![
            words!("dossier-enterprise", "enterprise"),
            words!("dossier-where", "where"),
            words!("dossier-floor", "floor"),
            words!("dossier-span-from", "from"),
            words!("dossier-span-to", "to"),
            words!("dossier-from", "source"),
        ],
        rows: rows.collect(),
        empty: words!("dossier-no-tenancy", "no tenancy on record"),
    }
}

/// Yearly figures of the enterprises that use or hold it. They are those of the whole enterprise, wherever it sits.
pub(super) fn figures(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> (Vec<YearSums>, Chapter) {
    let park = model.park();
    let mut keys: Vec<&str> = park
        .tenancies
        .iter()
        .filter(|one| is_here(model, land, one.building_key.as_deref(), one.parcel_key.as_deref()))
        .map(|one| one.enterprise_key.as_str())
        .chain(land.clock.as_ref().and_then(|(contract, _)| contract.enterprise_key.as_deref()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut own: Vec<&EnterpriseYear> =
        park.enterprise_years.iter().filter(|one| keys.binary_search(&one.enterprise_key.as_str()).is_ok()).collect();
    own.sort_by_key(|one| (one.year, &one.enterprise_key));
    let mut sums: Vec<YearSums> = Vec::new();
    for one in &own {
        if sums.last().is_none_or(|last| last.year != one.year) {
            sums.push(YearSums { year: one.year, output: 0.0, tax: 0.0, currency: one.currency.clone() });
        }
        if let Some(sum) = sums.last_mut() {
            sum.output += one.output.unwrap_or(0.0);
            sum.tax += one.tax.unwrap_or(0.0);
            if sum.currency != one.currency {
                sum.currency = None;
            }
        }
    }
    let rows = own.iter().map(|one| {
        let currency = one.currency.as_deref().unwrap_or("");
        let enterprise = park.enterprises.iter().find(|enterprise| enterprise.provenance.key == one.enterprise_key);
        line([
            one.year.to_string().into(),
            enterprise.map_or(one.enterprise_key.as_str(), |enterprise| enterprise.name.as_str()).into(),
            amount(one.output, currency),
            amount(one.tax, currency),
            amount(one.fixed_assets, currency),
            one.employees.map_or_else(unknown, |count| count.to_string().into()),
            source(files, &one.provenance.layer, one.provenance.source_row),
        ])
    });
    let chapter = Chapter {
        name: "figures",
        title: words!("dossier-figures", "Figures of these enterprises, wherever they sit"),
        heads: vec![
            words!("dossier-year", "year"),
            words!("dossier-enterprise", "enterprise"),
            words!("dossier-output", "output"),
            words!("dossier-tax", "tax"),
            words!("dossier-assets", "fixed assets"),
            words!("dossier-jobs", "employees"),
            words!("dossier-from", "source"),
        ],
        rows: rows.collect(),
        empty: words!("dossier-no-figures", "no figures on record"),
    };
    (sums, chapter)
}

const EVENTS: [(EventKind, Phrase); 10] = [
    (EventKind::Approval, phrase("dossier-event-approval", "project approved")),
    (EventKind::Delivery, phrase("dossier-event-delivery", "land handed over")),
    (EventKind::Permit, phrase("dossier-event-permit", "construction permit")),
    (EventKind::Start, phrase("dossier-event-start", "construction started")),
    (EventKind::Progress, phrase("dossier-event-progress", "progress measured")),
    (EventKind::Suspension, phrase("dossier-suspended", "suspended")),
    (EventKind::Resumption, phrase("dossier-resumed", "resumed")),
    (EventKind::Completion, phrase("dossier-event-completion", "completed")),
    (EventKind::Production, phrase("dossier-event-production", "in production")),
    (EventKind::GovernmentCause, phrase("dossier-cause-from", "government cause")),
];

/// What happened under its contracts, up to the day.
pub(super) fn history(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> Chapter {
    let park = model.park();
    let key = &park.parcels[land.slot].provenance.key;
    let contracts: Vec<&LandContract> = park.contracts.iter().filter(|one| one.parcel_key == *key).collect();
    let ours = |contract: &str| contracts.iter().any(|one| one.provenance.key == contract);
    let mut own: Vec<_> =
        park.events.iter().filter(|one| one.date <= model.as_of() && ours(&one.contract_key)).collect();
    own.sort_by_key(|one| one.date);
    let rows = own.into_iter().map(|one| {
        let kind = EVENTS.iter().find(|(kind, _)| *kind == one.kind).map_or_else(unknown, |(_, words)| (*words).into());
        let measured = [
            one.developed_area_m2
                .map(|area| words!("dossier-event-developed", "developed {area}", area = number(area, "m2"))),
            one.invested.map(|sum| words!("dossier-event-invested", "invested {sum}", sum = number(sum, ""))),
            one.note.as_deref().map(Words::from),
        ];
        line([
            one.date.to_string().into(),
            kind,
            joined(measured.into_iter().flatten().collect()),
            one.contract_key.as_str().into(),
            source(files, &one.provenance.layer, one.provenance.source_row),
        ])
    });
    Chapter {
        name: "history",
        title: words!("dossier-history", "What happened"),
        heads: vec![
            words!("dossier-day", "day"),
            words!("dossier-what", "what"),
            words!("dossier-said", "measured, said"),
            words!("head-contract", "contract"),
            words!("dossier-from", "source"),
        ],
        rows: rows.collect(),
        empty: words!("dossier-no-event", "no event on record"),
    }
}

const STATES: [(CaseState, Phrase); 5] = [
    (CaseState::Suspected, phrase("case-suspected", "suspected")),
    (CaseState::Investigation, phrase("case-investigation", "under investigation")),
    (CaseState::Determined, phrase("case-determined", "determined")),
    (CaseState::Disposal, phrase("case-disposal", "disposal")),
    (CaseState::Lifted, phrase("case-lifted", "lifted")),
];

const ENTRIES: [(CaseEventKind, Phrase); 8] = [
    (CaseEventKind::Opened, phrase("case-opened", "opened")),
    (CaseEventKind::Step, phrase("case-step", "step")),
    (CaseEventKind::Note, phrase("case-note", "note")),
    (CaseEventKind::File, phrase("case-file", "file")),
    (CaseEventKind::Deadline, phrase("case-deadline", "deadline")),
    (CaseEventKind::Met, phrase("case-met", "met")),
    (CaseEventKind::Remedy, phrase("case-remedy", "remedy")),
    (CaseEventKind::Correction, phrase("case-correction", "correction")),
];

/// A state of a case in words.
pub(crate) fn case_state_words(state: CaseState) -> Words {
    STATES.iter().find(|(one, _)| *one == state).map_or_else(unknown, |(_, words)| (*words).into())
}

/// What an entry of a case is, in words.
pub(crate) fn case_entry_words(kind: CaseEventKind) -> Words {
    ENTRIES.iter().find(|(one, _)| *one == kind).map_or_else(unknown, |(_, words)| (*words).into())
}

/// What happened, in words.
pub(crate) fn event_words(kind: EventKind) -> Words {
    EVENTS.iter().find(|(one, _)| *one == kind).map_or_else(unknown, |(_, words)| (*words).into())
}

/// The cases on it, entry by entry, as recorded.
pub(super) fn cases(cases: &[Case], parcel: &str) -> Chapter {
    let own = cases.iter().filter(|case| case.parcel_key == parcel);
    let rows = own.flat_map(|case| case.events.iter().map(move |event| (case.case_id, event))).map(|(case, event)| {
        let kind = ENTRIES.iter().find(|(kind, _)| *kind == event.kind).map(|(_, words)| Words::from(*words));
        let state = event.state.and_then(|state| STATES.iter().find(|(one, _)| *one == state));
        let what = [kind, state.map(|(_, words)| Words::from(*words))].into_iter().flatten().collect();
        let back_dated = event.is_back_dated().then(|| words!("case-back-dated", "recorded after the fact"));
        let due = event.due.map(|due| words!("case-due", "until {day}", day = due));
        let file = event.file.as_ref().map(|file| Words::from(file.name.as_str()));
        let said =
            [event.note.as_deref().map(Words::from), due, file, back_dated, event.reason.as_deref().map(Words::from)];
        Line {
            cells: vec![
                case.to_string().into(),
                event.day.to_string().into(),
                joined(what),
                joined(said.into_iter().flatten().collect()),
                event.recorded_by.as_str().into(),
                event.recorded.format("%Y-%m-%d %H:%M UTC").to_string().into(),
            ],
            tone: if event.is_back_dated() { Tone::Unknown } else { Tone::Plain },
        }
    });
    Chapter {
        name: "cases",
        title: words!("dossier-cases", "Case"),
        heads: vec![
            words!("dossier-case", "case"),
            words!("dossier-day", "day"),
            words!("dossier-what", "what"),
            words!("case-said", "said"),
            words!("case-by", "by"),
            words!("case-recorded", "recorded"),
        ],
        rows: rows.collect(),
        empty: words!("dossier-no-case", "no case on record"),
    }
}
