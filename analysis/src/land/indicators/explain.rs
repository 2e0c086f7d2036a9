//! An indicator of one parcel with everything behind it: formula, each input with the row it comes from and its day, what is
//! missing and where.

use chrono::NaiveDate;
use spatial_db::model::{Building, EnterpriseYear, FeatureId, Provenance, SurfaceKind, Tenancy};

use super::LandModel;
use super::economy::{Basis, Stake, runs};
use super::kind::{Indicator, Input, Reading};
use crate::land::dossier::number;
use crate::land::site::surfaces_on;
use crate::rules::BuildingState;
use crate::words;
use crate::words::{ANY_CURRENCY, Phrase, Words, percent, phrase, unsigned_zero};

/// The row that an input comes from. Which file its layer is, the store and the package know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The feature.
    pub feature: FeatureId,
    /// The source's own key.
    pub key: String,
    /// Layer of the manifest.
    pub layer: String,
    /// Row in the source, from 1.
    pub row: i64,
}

impl Source {
    pub(super) fn of(feature: FeatureId, provenance: &Provenance) -> Self {
        Self {
            feature,
            key: provenance.key.clone(),
            layer: provenance.layer.as_str().to_owned(),
            row: provenance.source_row,
        }
    }
}

/// An input of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct InputValue {
    /// What it is.
    pub label: Words,
    /// Its value; `None` where it is missing.
    pub value: Option<f64>,
    /// Unit of the value: `m2`, `persons`, or a currency, `¤` where it is not on record.
    pub unit: String,
    /// The row; `None` for one that is missing altogether.
    pub source: Option<Source>,
    /// The day that the row speaks of, where it says.
    pub date: Option<NaiveDate>,
    /// The input that is missing, where it is.
    pub missing: Option<Input>,
}

/// A reading with everything behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Which indicator.
    pub indicator: Indicator,
    /// Value, lower bound and completeness.
    pub reading: Reading,
    /// Unit of the value.
    pub unit: String,
    /// How it is computed.
    pub formula: Words,
    /// What went in.
    pub inputs: Vec<InputValue>,
    /// What is missing, and of what.
    pub missing: Vec<Words>,
    /// What a reader must know of this value.
    pub notes: Vec<Words>,
}

const M2: &str = "m2";
/// Unit of numbers of employees.
const PERSONS: &str = "persons";

/// A tenancy as an input.
fn let_to(tenancy: &Tenancy) -> InputValue {
    InputValue {
        label: words!("input-tenancy", "let to {enterprise}", enterprise = &tenancy.enterprise_key),
        value: tenancy.floor_area_m2,
        unit: M2.to_owned(),
        source: Some(Source::of(tenancy.id, &tenancy.provenance)),
        date: tenancy.valid_from,
        missing: tenancy.floor_area_m2.is_none().then_some(Input::TenancyFloor),
    }
}

impl LandModel<'_> {
    /// An indicator of a parcel with its inputs.
    pub fn explain(&self, parcel: usize, indicator: Indicator) -> Explained {
        let reading = self.reading(parcel, indicator);
        let inputs = match indicator {
            Indicator::LandArea => vec![self.land(parcel)],
            Indicator::Footprint => self.footprints(parcel),
            Indicator::Coverage => {
                let mut inputs = self.footprints(parcel);
                inputs.extend(self.surfaces(parcel, |kind| kind == SurfaceKind::StorageYard));
                inputs.push(self.land(parcel));
                inputs
            }
            Indicator::FloorArea => self.floor_inputs(parcel),
            Indicator::Far => {
                let mut inputs = self.floor_inputs(parcel);
                inputs.push(self.land(parcel));
                inputs
            }
            Indicator::GreenShare => {
                let mut inputs = self.surfaces(parcel, |kind| matches!(kind, SurfaceKind::Grass | SurfaceKind::Forest));
                inputs.push(self.land(parcel));
                inputs
            }
            Indicator::AdminShare => self.admin_inputs(parcel),
            Indicator::VacantFloor => self.vacant_inputs(parcel),
            Indicator::InvestmentIntensity => {
                let mut inputs = self.figures(parcel, |year| year.fixed_assets, true);
                inputs.push(self.land_price(parcel));
                inputs.push(self.land(parcel));
                inputs
            }
            Indicator::OutputPerHa => self.with_land(parcel, |year| year.output, true),
            Indicator::TaxPerHa => self.with_land(parcel, |year| year.tax, true),
            Indicator::JobsPerHa => self.with_land(parcel, |year| year.employees.map(|n| n as f64), false),
        };
        let missing = reading.missing.inputs().map(|input| which(input, &inputs)).collect();
        Explained {
            indicator,
            unit: indicator.unit(self.currency(parcel)),
            formula: indicator.formula(),
            missing,
            notes: self.notes(parcel, indicator, &reading),
            reading,
            inputs,
        }
    }

    fn notes(&self, parcel: usize, indicator: Indicator, reading: &Reading) -> Vec<Words> {
        let mut notes = Vec::new();
        let record = &self.park.parcels[parcel];
        let recorded = record.recorded_area_m2.filter(|area| *area > 0.0);
        if indicator == Indicator::LandArea
            && let Some(recorded) = recorded
        {
            let differs = (self.sites[parcel].area_m2 / recorded - 1.0) * 100.0;
            notes.push(words!(
                "note-recorded-area",
                "area on record {recorded}, the boundary differs by {percent} %",
                recorded = number(recorded, M2),
                percent = format!("{:+.1}", unsigned_zero(differs, 1)),
            ));
        }
        if matches!(indicator, Indicator::FloorArea | Indicator::Far) {
            if self.park.buildings.is_empty() && record.recorded_floor_area_m2.is_some() {
                notes.push(words!(
                    "note-recorded-floor",
                    "by the floor area on the parcel's record: the park has no buildings on record"
                ));
            }
            notes.extend(self.range_note(parcel));
            if self.counts_by_record(parcel) {
                notes.push(words!(
                    "note-record-counts",
                    "a floor area on record without storeys is the least, and twice that the most: whether a tall storey stands twice in it, the record does not say"
                ));
            }
            notes.push(words!(
                "note-tall-storey",
                "tall limit {limit} m: {clause}",
                limit = self.rules.figure("land", "tall_storey_m").value.to_string(),
                clause = self.rules.figure("land", "tall_storey_m").citation(),
            ));
        }
        if reading.value.is_none() && reading.at_least > 0.0 {
            notes.push(words!(
                "note-at-least",
                "at least {value} from what is known",
                value = indicator.shown(reading.at_least, &indicator.unit(self.currency(parcel))),
            ));
        }
        if indicator.is_money() || indicator == Indicator::JobsPerHa {
            let stakes = self.economy.stakes(parcel);
            notes.extend(stakes.iter().filter(|stake| stake.places > 1).map(|stake| self.split(stake)));
        }
        notes
    }

    /// From where to where the floors go, where only heights of storeys are missing.
    fn range_note(&self, parcel: usize) -> Option<Words> {
        let site = &self.sites[parcel];
        let (missing, most) = (site.buildings_without_storey_height, site.most_floor_area_m2);
        (missing > 0 && most.is_finite()).then(|| {
            words!(
                "note-storey-height",
                "{missing} of {all} buildings without storeys of known height, which may count twice: {least} to {most} of floor",
                missing = missing,
                all = site.buildings.len(),
                least = number(site.least_floor_area_m2, M2),
                most = number(most, M2),
            )
        })
    }

    /// True where a floor area on record goes in, of a building or of the parcel, without storeys that say whether they are tall.
    fn counts_by_record(&self, parcel: usize) -> bool {
        let known = |value: Option<f64>| value.is_some_and(|value| value.is_finite() && value > 0.0);
        if self.park.buildings.is_empty() {
            return known(self.park.parcels[parcel].recorded_floor_area_m2);
        }
        let mut on_parcel = self.sites[parcel].buildings.iter();
        on_parcel.any(|slot| {
            let building = &self.park.buildings[*slot];
            self.floors[*slot].lacks_storey_height() && known(building.floor_area_m2) && !known(building.storeys)
        })
    }

    fn split(&self, stake: &Stake) -> Words {
        let share = stake.share.map_or_else(|| words!("unknown", "unknown"), |share| Words::from(percent(share)));
        let by = match stake.basis {
            Basis::Floor => words!("split-by-floor", "floor area of its tenancies"),
            Basis::Land => words!("split-by-land", "land area of its contracts"),
        };
        words!(
            "note-split",
            "{enterprise} uses {places} parcels: {share} of its figures count here, by {by}",
            enterprise = self.economy.key(stake.enterprise),
            places = stake.places,
            share = share,
            by = by,
        )
    }

    fn land(&self, parcel: usize) -> InputValue {
        let record = &self.park.parcels[parcel];
        InputValue {
            label: Indicator::LandArea.title(),
            value: Some(self.sites[parcel].area_m2),
            unit: M2.to_owned(),
            source: Some(Source::of(record.id, &record.provenance)),
            date: record.valid_from,
            missing: None,
        }
    }

    fn of_building(&self, slot: usize, label: Words, value: Option<f64>, missing: Option<Input>) -> InputValue {
        let building = &self.park.buildings[slot];
        InputValue {
            label,
            value,
            unit: M2.to_owned(),
            source: Some(Source::of(building.id, &building.provenance)),
            date: dated(building),
            missing,
        }
    }

    fn footprints(&self, parcel: usize) -> Vec<InputValue> {
        let each = self.standing.on(parcel).iter().map(|overlap| {
            let label = words!("input-footprint", "footprint on the parcel");
            self.of_building(overlap.building, label, Some(overlap.area_m2), None)
        });
        each.collect()
    }

    fn floor_inputs(&self, parcel: usize) -> Vec<InputValue> {
        if self.park.buildings.is_empty() {
            let record = &self.park.parcels[parcel];
            let value = record.recorded_floor_area_m2;
            let label = words!("input-recorded-floor", "floor area on the parcel's record");
            let missing = match value {
                None => Some(Input::Floors),
                Some(floor) => (floor > 0.0).then_some(Input::StoreyHeight),
            };
            return vec![InputValue { label, value, missing, ..self.land(parcel) }];
        }
        let each = self.floors_on(parcel).map(|(slot, floor)| {
            let label = self.floor_label(slot);
            self.of_building(slot, label, floor.ok(), floor.err())
        });
        each.collect()
    }

    fn floor_label(&self, slot: usize) -> Words {
        let building = &self.park.buildings[slot];
        let known = |value: Option<f64>, shown: fn(f64) -> String| {
            value.map_or_else(|| words!("unknown", "unknown"), |value| Words::from(shown(value)))
        };
        words!(
            "input-floor",
            "floor area on the parcel (storeys {storeys}, height {height}, footprint {footprint}, on record {recorded})",
            storeys = known(building.storeys, |storeys| format!("{storeys:.1}")),
            height = known(building.height_m, |height| format!("{height:.1} m")),
            footprint = number(self.cache.footprint_area_m2()[slot], M2),
            recorded = known(building.floor_area_m2, |area| number(area, M2)),
        )
    }

    fn admin_inputs(&self, parcel: usize) -> Vec<InputValue> {
        let each = self.floors_on(parcel).map(|(slot, floor)| {
            let use_text = self.park.buildings[slot].use_text.as_deref();
            let label = words!(
                "input-use",
                "floor area, use: {use_text}",
                use_text = use_text.map_or_else(|| words!("unknown", "unknown"), Words::from),
            );
            let missing = floor.err().or_else(|| use_text.is_none().then_some(Input::BuildingUse));
            self.of_building(slot, label, floor.ok(), missing)
        });
        each.collect()
    }

    fn vacant_inputs(&self, parcel: usize) -> Vec<InputValue> {
        let mut inputs = Vec::new();
        for (slot, floor) in self.floors_once_on(parcel) {
            let building = &self.park.buildings[slot];
            let state = building.state.as_deref().and_then(|state| self.rules.state(state));
            if state == Some(BuildingState::Unfinished) {
                continue;
            }
            let share = self.vacant_share(parcel, slot, state);
            let missing = if floor.is_none() { Some(Input::Floors) } else { share.err() };
            let of = floor.map_or_else(|| words!("unknown", "unknown"), |floor| Words::from(number(floor, M2)));
            let said = building.state.as_deref().map_or_else(|| words!("unknown", "unknown"), Words::from);
            let label = if let Some(condition) = self.rules.condition(&building.provenance) {
                words!(
                    "input-vacant-condition",
                    "vacant of {floor}, state: {state}, condition: {condition}",
                    floor = of,
                    state = said,
                    condition = condition,
                )
            } else {
                words!("input-vacant", "vacant of {floor}, state: {state}", floor = of, state = said)
            };
            let vacant = floor.zip(share.ok()).map(|(floor, share)| floor * share);
            inputs.push(self.of_building(slot, label, vacant, missing));
            let key = Some(building.provenance.key.as_str());
            let own = self.park.tenancies.iter().filter(|one| one.building_key.as_deref() == key);
            inputs.extend(own.filter(|one| runs(one, self.as_of)).map(let_to));
        }
        // Those that name the land and no building, or none on record, are taken off the whole.
        let of_no_building = |tenancy: &Tenancy| {
            tenancy
                .building_key
                .as_deref()
                .is_none_or(|key| !self.park.buildings.iter().any(|building| building.provenance.key == key))
        };
        let here = Some(self.park.parcels[parcel].provenance.key.as_str());
        let of_land = self
            .park
            .tenancies
            .iter()
            .filter(|one| one.parcel_key.as_deref() == here && runs(one, self.as_of) && of_no_building(one));
        inputs.extend(of_land.map(let_to));
        inputs
    }

    fn surfaces(&self, parcel: usize, wanted: impl Fn(SurfaceKind) -> bool) -> Vec<InputValue> {
        let all = surfaces_on(self.cache, parcel).into_iter().map(|(slot, area)| (&self.park.surfaces[slot], area));
        all.filter(|(surface, _)| wanted(surface.kind))
            .map(|(surface, area)| InputValue {
                label: words!(
                    "input-surface",
                    "ground cover on the parcel: {kind}",
                    kind = Words::from(cover_words(surface.kind))
                ),
                value: Some(area),
                unit: M2.to_owned(),
                source: Some(Source::of(surface.id, &surface.provenance)),
                date: None,
                missing: None,
            })
            .collect()
    }

    fn with_land(&self, parcel: usize, figure: fn(&EnterpriseYear) -> Option<f64>, money: bool) -> Vec<InputValue> {
        let mut inputs = self.figures(parcel, figure, money);
        inputs.push(self.land(parcel));
        inputs
    }

    fn figures(&self, parcel: usize, figure: fn(&EnterpriseYear) -> Option<f64>, money: bool) -> Vec<InputValue> {
        let each = self.economy.stakes(parcel).iter().map(|stake| {
            let row = self.economy.figures(stake.enterprise);
            let name = self.economy.enterprise(stake.enterprise).map(|one| one.name.as_str());
            let share = stake.share.map_or_else(|| words!("unknown", "unknown"), |share| Words::from(percent(share)));
            let label = words!(
                "input-figure",
                "figure of {enterprise} in {year}, of which {share} count here",
                enterprise = name.unwrap_or_else(|| self.economy.key(stake.enterprise)),
                year = self.economy.year.map(|year| year.to_string()).unwrap_or_default(),
                share = share,
            );
            let value = row.and_then(figure);
            let missing = match (value, stake.share) {
                (None, _) => Some(Input::Figures),
                (_, None) => Some(Input::SplitArea),
                _ => None,
            };
            let currency = row.and_then(|row| row.currency.clone()).unwrap_or_else(|| ANY_CURRENCY.to_owned());
            InputValue {
                label,
                value,
                unit: if money { currency } else { PERSONS.to_owned() },
                source: row.map(|row| Source::of(row.id, &row.provenance)),
                date: self.economy.year.and_then(|year| NaiveDate::from_ymd_opt(year, 12, 31)),
                missing,
            }
        });
        each.collect()
    }

    fn land_price(&self, parcel: usize) -> InputValue {
        let contract = self.ledger.contract(&self.park.parcels[parcel], self.as_of);
        let value = contract.and_then(|contract| contract.land_price);
        InputValue {
            label: words!("input-land-price", "land price"),
            value,
            unit: contract.and_then(|contract| contract.currency.clone()).unwrap_or_else(|| ANY_CURRENCY.to_owned()),
            source: contract.map(|contract| Source::of(contract.id, &contract.provenance)),
            date: contract.and_then(|contract| contract.signed),
            missing: value.is_none().then_some(Input::LandPrice),
        }
    }
}

/// The day from which a building is there: as its record says, or the first of January of its year.
fn dated(building: &Building) -> Option<NaiveDate> {
    let year = || building.year_built.filter(|year| (1000..3000).contains(year));
    building.valid_from.or_else(|| NaiveDate::from_ymd_opt(year()?, 1, 1))
}

/// What is missing, with the rows that lack it.
fn which(input: Input, inputs: &[InputValue]) -> Words {
    const NAMED: usize = 8;
    let lacking = inputs.iter().filter(|one| one.missing == Some(input));
    let keys: Vec<&str> = lacking.filter_map(|one| Some(one.source.as_ref()?.key.as_str())).collect();
    if keys.is_empty() {
        return input.words();
    }
    let mut named = keys[..keys.len().min(NAMED)].join(", ");
    if keys.len() > NAMED {
        named.push_str(" …");
    }
    words!("missing-of", "{what}: {rows}", what = input.words(), rows = named)
}

/// A kind of ground cover in words.
fn cover_words(kind: SurfaceKind) -> Phrase {
    match kind {
        SurfaceKind::Water => phrase("cover-water", "water"),
        SurfaceKind::Grass => phrase("cover-grass", "grass"),
        SurfaceKind::Forest => phrase("cover-forest", "forest"),
        SurfaceKind::Paved => phrase("cover-paved", "paved"),
        SurfaceKind::StorageYard => phrase("cover-storage-yard", "storage yard"),
        SurfaceKind::Rail => phrase("cover-rail", "railway"),
        SurfaceKind::Other => phrase("cover-other", "other"),
    }
}
