//! What the window's panels for planners show, prepared from a park: the ranked list of land, one parcel, projects, cases, the
//! evaluation of the park.
//!
//! The verdicts are those of `analysis`; the window draws what it is given.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use analysis::evaluation::{self, EvaluationRules, Reference, TypedInputs, Zone};
use analysis::land::indicators::LandModel;
use analysis::land::scheme::Scheme;
use analysis::land::{Ranked, land_sheet, ranked};
use analysis::network::permit::Permit;
use analysis::planner::{
    Beside, LandList, ParcelSheet, ProjectChart, ZoneBoard, beside, case_book, compared, land_list, parcel_sheet,
    project_chart, scenario_error_words, zone_board,
};
use analysis::rules::RuleSet;
use analysis::scenario::{Edit, Scenario, ScenarioFile};
use analysis::sheet::Sheet;
use analysis::words;
use analysis::words::Words;
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{Case, FeatureId, Presence};
use twin_engine::text::Text;
use twin_engine::{Apart, CaseSource, Follow, Language, Planner, SheetForm, WhatIf};

use crate::at_hand::AtHand;
use crate::live::ALL;
use crate::report;
use crate::report::unmet::Record;
use crate::rules::tables;
use crate::shot::{indexed, overlay_on};

/// What a park is evaluated by.
#[derive(Debug, Clone)]
pub(crate) struct ZoneBasis {
    /// Schemes to choose from.
    pub(crate) schemes: Vec<evaluation::Scheme>,
    /// What persons typed in.
    pub(crate) typed: Option<TypedInputs>,
    /// What location quotients compare with.
    pub(crate) reference: Option<Reference>,
}

/// Prepares what is asked of one state of a park.
#[derive(Debug)]
struct Desk {
    cache: Arc<Cache>,
    rules: RuleSet,
    schemes: Vec<Scheme>,
    zone: ZoneBasis,
    zone_rules: EvaluationRules,
    /// Where unmet demand is among the overlays.
    record: Option<Record>,
    /// The park's cases, where they are at hand.
    cases: Option<AtHand>,
}

/// Whoever prepares the panels of a park. `schemes` are those to hold land against, `zone` is what the park is evaluated by;
/// `record` is there where unmet demand is looked at, `cases` where they are at hand.
pub(crate) fn planner(
    cache: Arc<Cache>,
    schemes: Vec<Scheme>,
    zone: ZoneBasis,
    record: Option<Record>,
    cases: Option<AtHand>,
) -> Arc<dyn Planner> {
    let zone_rules = tables().evaluation.clone();
    Arc::new(Desk { cache, rules: tables().land.clone(), schemes, zone, zone_rules, record, cases })
}

/// Cases for the panels.
pub(crate) fn cases(cases: Arc<Vec<Case>>) -> CaseSource {
    CaseSource(Arc::new(move |day| case_book(&cases, day)))
}

impl Desk {
    fn with<T>(&self, day: NaiveDate, scheme: usize, make: impl FnOnce(&LandModel<'_>, &Scheme) -> T) -> Option<T> {
        let scheme = self.schemes.get(scheme).or(self.schemes.first())?;
        let presence = Presence::on(self.cache.snapshot(), day);
        let model = LandModel::of(&self.cache, &presence, &self.rules, day)
            .with_cases(self.cases.as_ref().map(|cases| cases.on(day)));
        Some(make(&model, scheme))
    }
}

impl Planner for Desk {
    fn schemes(&self) -> Vec<Words> {
        self.schemes.iter().map(Scheme::title_words).collect()
    }

    fn land(&self, day: NaiveDate, scheme: usize) -> LandList {
        self.with(day, scheme, land_list).unwrap_or_else(|| LandList::empty(day))
    }

    fn parcel(&self, day: NaiveDate, scheme: usize, parcel: FeatureId) -> Option<ParcelSheet> {
        let slot = self.cache.snapshot().parcels.iter().position(|one| one.id == parcel)?;
        self.with(day, scheme, |model, scheme| {
            model.parcels().any(|there| there == slot).then(|| parcel_sheet(model, scheme, slot))
        })?
    }

    fn projects(&self, day: NaiveDate) -> ProjectChart {
        project_chart(self.cache.snapshot(), day)
    }

    fn zone_schemes(&self) -> Vec<Words> {
        let named = |scheme: &evaluation::Scheme| Words::from(format!("{} [{}]", scheme.name, scheme.status));
        self.zone.schemes.iter().map(named).collect()
    }

    fn zone(&self, day: NaiveDate, scheme: usize) -> Option<ZoneBoard> {
        let ZoneBasis { schemes, typed, reference } = &self.zone;
        let scheme = schemes.get(scheme).or(schemes.first())?;
        let zone = Zone::of(&self.cache, &self.rules, &self.zone_rules, typed.as_ref(), day);
        Some(zone_board(zone, scheme, &self.zone_rules, reference.as_ref()))
    }

    fn what_if(
        &self,
        scenario: &ScenarioFile,
        against: Option<&ScenarioFile>,
        day: NaiveDate,
    ) -> Result<WhatIf, Words> {
        let record = self.cache.snapshot();
        let other = against.map(|file| {
            let park = Scenario::on(Arc::clone(record), file.clone()).and_then(|other| other.park(&self.rules));
            park.map(|park| (file.name.clone(), indexed(&Arc::new(park)))).map_err(|error| {
                let reason = scenario_error_words(&error);
                words!("scenario-left", "the scenario {name} on the left: {reason}", name = &file.name, reason = reason)
            })
        });
        let other = other.transpose()?;
        let before = other.as_ref().map_or(&self.cache, |(_, cache)| cache);
        let park = Scenario::on(Arc::clone(record), scenario.clone())
            .and_then(|scenario| scenario.apart_from(before.snapshot()).park(&self.rules))
            .map_err(|error| scenario_error_words(&error))?;
        let Beside { both, added, gone } = beside(before.snapshot(), &park);
        let after = indexed(&Arc::new(park));
        let edits: Vec<Edit> = against.into_iter().chain([scenario]).flat_map(|file| file.edits.clone()).collect();
        let compared = compared(before, &after, &edits, &self.rules, day);
        let made_on = |cache: &Arc<Cache>| {
            let made = overlay_on(cache, &ALL, self.cases.clone());
            match &self.record {
                Some(record) => record.beside(made, cache),
                None => made,
            }
        };
        let before = other.as_ref().map(|(name, cache)| (name.clone(), made_on(cache)));
        let apart = Apart { added, gone, before, after: made_on(&after) };
        Ok(WhatIf { both: Arc::new(both), apart, compared })
    }

    fn land_csv(
        &self,
        day: NaiveDate,
        scheme: usize,
        parcels: &[FeatureId],
        language: Language,
        follow: &Follow,
    ) -> Result<Vec<u8>, String> {
        let park = self.cache.snapshot();
        let made = self.with(day, scheme, |model, scheme| {
            let all = ranked(model, scheme);
            follow.go_on().map_err(|stopped| stopped.to_string())?;
            let by_id: HashMap<FeatureId, &Ranked<'_>> =
                all.iter().map(|land| (park.parcels[land.slot].id, land)).collect();
            let rows: Vec<&Ranked<'_>> = parcels.iter().filter_map(|id| by_id.get(id).copied()).collect();
            let sheet = land_sheet(model, scheme, &rows);
            report::csv(&sheet, park, day, Text::of(language), follow).map_err(|failure| failure.to_string())
        });
        made.unwrap_or_else(|| Ok(Vec::new()))
    }

    fn write_sheet(
        &self,
        day: NaiveDate,
        sheet: &Sheet,
        told: &serde_json::Value,
        to: (SheetForm, &Path),
        language: Language,
        follow: &Follow,
    ) -> Result<(), String> {
        let text = Text::of(language);
        report::file(sheet, told, self.cache.snapshot(), day, to, text, follow).map_err(|failure| failure.to_string())
    }

    fn permit_page(&self, day: NaiveDate, permit: &Permit, language: Language) -> Result<String, String> {
        let park = self.cache.snapshot();
        let there = Presence::on(park, day);
        report::permit::page(park, &there, permit, day, language).map_err(|failure| failure.to_string())
    }
}
