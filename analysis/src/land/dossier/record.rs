//! Chapters of a dossier that say what is on record.

use chrono::NaiveDate;
use spatial_db::model::{Case, CaseEventKind, CaseState, Cause, EnterpriseYear, EventKind, LandContract, Remedy};

use super::{Chapter, Files, Line, Tone, joined, line, number, source, unknown};
use crate::land::cases::idle_cause_words;
use crate::land::clock::{Interval, Timeline};
use crate::land::indicators::LandModel;
use crate::land::ranking::Ranked;
use crate::words;
use crate::words::{Phrase, Words, percent, phrase};

/// Sums of one year over the enterprises that use a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct YearSums {
    /// Calendar year.
    pub year: i32,
    /// Output, in `currency`; `None` where that of one is not known.
    pub output: Option<f64>,
    /// Tax, in `currency`; `None` where that of one is not known.
    pub tax: Option<f64>,
    /// ISO 4217 code, `None` where they differ or are not on record.
    pub currency: Option<String>,
}

fn text(value: Option<&str>) -> Words {
    value.map_or_else(unknown, Words::from)
}

fn day(value: Option<NaiveDate>) -> Words {
    value.map_or_else(unknown, |day| day.to_string().into())
}

fn amount(value: Option<f64>, unit: &str) -> Words {
    value.map_or_else(unknown, |value| number(value, unit).into())
}

/// From when to when; a span that has not ended is open.
fn span_words(span: Interval) -> Words {
    if let Some(to) = span.to {
        words!("dossier-span", "{from} to {to}", from = span.from, to = to)
    } else {
        words!("dossier-span-open", "since {from}", from = span.from)
    }
}

/// The contract and its clock.
pub(super) fn clock(contract: &LandContract, timeline: &Timeline, files: &Files) -> Chapter {
    let currency = contract.currency.as_deref().unwrap_or("");
    let share = |share: Option<f64>| share.map_or_else(unknown, |share| percent(share).into());
    let spans = |spans: &[Interval]| joined(spans.iter().copied().map(span_words).collect());
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
        rows.push(row(words!("dossier-causes", "causes that excuse (Art. 8)"), spans(&timeline.causes)));
    }
    let measured = timeline.measured;
    rows.extend(measured.map(|on| row(words!("dossier-measured", "shares measured on"), on.to_string().into())));
    let left = timeline.days_left;
    rows.extend(left.map(|days| row(words!("dossier-days", "days to the one-year date"), days.to_string().into())));
    let left = timeline.days_to_reclaim;
    rows.extend(left.map(|days| row(words!("dossier-days-two", "days to the two-year date"), days.to_string().into())));
    if let Some(disposal) = &timeline.disposal {
        rows.push(row(words!("fact-disposal", "Disposal"), disposal.words.clone()));
        let fee = disposal.fee.map(|fee| number(fee, disposal.currency.as_deref().unwrap_or("")));
        rows.extend(fee.map(|fee| row(words!("head-fee", "idle fee"), fee.into())));
    }
    rows.extend(timeline.proviso.map(|proviso| Line {
        cells: vec![words!("dossier-proviso", "the state holds"), proviso.words()],
        tone: Tone::Unknown,
    }));
    if !timeline.by_cases.is_empty() {
        rows.push(row(words!("head-case", "case"), joined(timeline.by_cases.clone())));
    }
    if !timeline.open.is_empty() {
        let open = Line {
            cells: vec![words!("head-open", "open points"), joined(timeline.open.clone())],
            tone: Tone::Unknown,
        };
        rows.push(open);
    }
    let provenance = &contract.provenance;
    rows.push(row(words!("dossier-from", "source"), source(files, &provenance.layer, provenance.source_row)));
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

/// Yearly figures of the enterprises that used or held it at the end of each year that has ended. They are those of the whole
/// enterprise, wherever it sits.
pub(super) fn figures(model: &LandModel<'_>, land: &Ranked<'_>, files: &Files) -> (Vec<YearSums>, Chapter) {
    let park = model.park();
    let tenancies: Vec<_> = park
        .tenancies
        .iter()
        .filter(|one| is_here(model, land, one.building_key.as_deref(), one.parcel_key.as_deref()))
        .collect();
    let was_here = |one: &&EnterpriseYear| {
        let Some(end) = NaiveDate::from_ymd_opt(one.year, 12, 31).filter(|end| *end <= model.as_of()) else {
            return false;
        };
        let sat = tenancies.iter().filter(|tenancy| tenancy.enterprise_key == one.enterprise_key).any(|tenancy| {
            tenancy.valid_from.is_none_or(|from| from <= end) && tenancy.valid_to.is_none_or(|to| end < to)
        });
        let contract = model.ledger().contract(&park.parcels[land.slot], end);
        sat || contract.is_some_and(|held| held.enterprise_key.as_ref() == Some(&one.enterprise_key))
    };
    let mut own: Vec<&EnterpriseYear> = park.enterprise_years.iter().filter(was_here).collect();
    own.sort_by_key(|one| (one.year, &one.enterprise_key));
    let mut sums: Vec<YearSums> = Vec::new();
    for one in &own {
        match sums.last_mut().filter(|last| last.year == one.year) {
            Some(sum) => {
                // A sum of which a part is unknown is unknown.
                sum.output = sum.output.zip(one.output).map(|(before, more)| before + more);
                sum.tax = sum.tax.zip(one.tax).map(|(before, more)| before + more);
                sum.currency = sum.currency.take().filter(|currency| Some(currency) == one.currency.as_ref());
            }
            None => {
                sums.push(YearSums {
                    year: one.year,
                    output: one.output,
                    tax: one.tax,
                    currency: one.currency.clone(),
                });
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
        let kind = one.cause.filter(|_| one.kind == EventKind::GovernmentCause);
        let kind = kind.map_or_else(|| event_words(one.kind), idle_cause_words);
        let measured = [
            one.developed_area_m2
                .map(|area| words!("dossier-event-developed", "developed {area}", area = number(area, "m2"))),
            one.invested.map(|sum| words!("dossier-event-invested", "invested {sum}", sum = number(sum, ""))),
            one.until.map(|day| words!("dossier-event-until", "over from {day}", day = day)),
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

const REMEDIES: [(Remedy, Phrase); 8] = [
    (Remedy::Extension, phrase("remedy-extension", "extension")),
    (Remedy::ChangeOfUse, phrase("remedy-change-of-use", "change of use or plan")),
    (Remedy::TemporaryUse, phrase("remedy-temporary-use", "temporary use")),
    (Remedy::PaidReclaim, phrase("remedy-paid-reclaim", "reclaimed against pay")),
    (Remedy::Swap, phrase("remedy-swap", "other land for it")),
    (Remedy::IdleFee, phrase("remedy-idle-fee", "idle fee")),
    (Remedy::Reclaim, phrase("remedy-reclaim", "reclaimed without pay")),
    (Remedy::Other, phrase("remedy-other", "another remedy")),
];

const CAUSES: [(Cause, Phrase); 2] = [
    (Cause::Holder, phrase("cause-holder", "caused by the holder")),
    (Cause::Government, phrase("cause-government", "caused by the government")),
];

/// A state of a case in words.
pub(crate) fn case_state_words(state: CaseState) -> Words {
    named(&STATES, &state).unwrap_or_else(unknown)
}

/// What an entry of a case is, in words.
pub(crate) fn case_entry_words(kind: CaseEventKind) -> Words {
    named(&ENTRIES, &kind).unwrap_or_else(unknown)
}

/// What happened, in words.
pub(crate) fn event_words(kind: EventKind) -> Words {
    named(&EVENTS, &kind).unwrap_or_else(unknown)
}

/// A remedy in words.
pub(crate) fn remedy_words(remedy: Remedy) -> Words {
    named(&REMEDIES, &remedy).unwrap_or_else(unknown)
}

/// Who caused it, in words.
pub(crate) fn cause_words(cause: Cause) -> Words {
    named(&CAUSES, &cause).unwrap_or_else(unknown)
}

/// The words of `one` in a table of words.
fn named<T: PartialEq>(table: &[(T, Phrase)], one: &T) -> Option<Words> {
    table.iter().find(|(known, _)| known == one).map(|(_, words)| Words::from(*words))
}

/// The cases on it, entry by entry, as recorded. `None`: they are not to be seen
/// here, which is not to say that there are none.
pub(super) fn cases(cases: Option<&[Case]>, parcel: &str) -> Chapter {
    let own = cases.unwrap_or_default().iter().filter(|case| case.parcel_key == parcel);
    let entries = own.flat_map(|case| case.events.iter().map(move |event| (case.case_id, event)));
    let rows = entries.map(|(case, event)| {
        let what = [
            named(&ENTRIES, &event.kind),
            event.state.and_then(|state| named(&STATES, &state)),
            event.cause.map(cause_words),
            event.remedy.map(remedy_words),
            event.refers.map(|entry| words!("case-refers", "of entry {entry}", entry = i64::from(entry))),
            event.withdrawn.then(|| words!("case-withdrawn", "which is withdrawn")),
        ];
        let said = [
            event.note.as_deref().map(Words::from),
            event.starts.map(|day| words!("case-from", "from {day}", day = day)),
            event.due.map(|due| words!("case-due", "until {day}", day = due)),
            event.file.as_ref().map(|file| Words::from(file.name.as_str())),
            event.basis.as_deref().map(Words::from),
            event.is_back_dated().then(|| words!("case-back-dated", "recorded after the fact")),
            event.reason.as_deref().map(Words::from),
        ];
        Line {
            cells: vec![
                format!("{case}.{}", event.seq).into(),
                event.day.to_string().into(),
                joined(what.into_iter().flatten().collect()),
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
            words!("dossier-case", "case, entry"),
            words!("dossier-day", "day"),
            words!("dossier-what", "what"),
            words!("case-said", "said"),
            words!("case-by", "by"),
            words!("case-recorded", "recorded"),
        ],
        rows: rows.collect(),
        empty: match cases {
            Some(_) => words!("dossier-no-case", "no case on record"),
            None => words!(
                "dossier-cases-unseen",
                "not told here: a park package carries no cases, and not every user of the database may see them"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_has_not_ended_says_since_when_it_runs() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let span = |to: Option<&str>| Interval { from: day("2024-03-01"), to: to.map(day) };
        assert_eq!(span_words(span(Some("2024-05-02"))).as_str(), "2024-03-01 to 2024-05-02");
        assert_eq!(span_words(span(None)).as_str(), "since 2024-03-01");
    }
}
