//! How many people are in a building at an hour: the employees on record of the enterprises in it, or floor area by use from the table.
//! What is not on record stays unknown.

use std::collections::{BTreeMap, HashMap};

use spatial_db::model::{Building, ParkSnapshot};

use super::EvacuationRules;
use super::rules::OccupancyRow;

/// Why nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The building has no use on record.
    NoUse,
    /// The table does not have the words of its use.
    UseNotInTable,
    /// Neither its floor area nor its storeys are on record.
    NoFloorArea,
    /// The park has employees on record by building, and none for this one: vacant or not reported.
    NoEmployees,
    /// The building has no footprint on record: its floor area does not follow from its storeys, and where people would set out is not known.
    NoFootprint,
}

impl Unknown {
    /// The reason in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoUse => "no use on record",
            Self::UseNotInTable => "a use that the table of occupants does not have",
            Self::NoFloorArea => "neither floor area nor storeys on record",
            Self::NoEmployees => "no employees on record where other buildings have some",
            Self::NoFootprint => "no footprint on record",
        }
    }
}

/// People in a building.
pub type Occupancy = Result<u32, Unknown>;

/// People in a building at an hour of a working day (0 to 23), rounded; `footprint_m2` stands for the floor area with its storeys where that
/// is not on record.
pub fn occupancy(rules: &EvacuationRules, building: &Building, footprint_m2: f64, hour: u32) -> Occupancy {
    let row = row_of(rules, building)?;
    let Some(m2_per_person) = row.m2_per_person else { return Ok(0) };
    // Storeys of nothing are no floor area of 0 m².
    if building.floor_area_m2.is_none() && building.storeys.is_some() && footprint_m2 == 0.0 {
        return Err(Unknown::NoFootprint);
    }
    let floor_m2 = building.floor_area_m2.or_else(|| building.storeys.map(|storeys| storeys * footprint_m2));
    let Some(floor_m2) = floor_m2.filter(|area| area.is_finite() && *area >= 0.0) else {
        return Err(Unknown::NoFloorArea);
    };
    Ok((floor_m2 / m2_per_person * share_at(rules, &row.hours, hour)).round() as u32)
}

/// The row of the table for a building's use.
fn row_of<'a>(rules: &'a EvacuationRules, building: &Building) -> Result<&'a OccupancyRow, Unknown> {
    let said = [building.use_text.as_deref(), building.name.as_deref()];
    let Some(text) = said.into_iter().flatten().next() else { return Err(Unknown::NoUse) };
    let find = |text: &str| {
        let lower = text.to_lowercase();
        rules.occupancy.iter().find(|row| row.words.iter().any(|word| lower.contains(word)))
    };
    let Some(row) = find(text).or_else(|| building.name.as_deref().and_then(find)) else {
        return Err(Unknown::UseNotInTable);
    };
    Ok(row)
}

/// Share of the people that is there at an hour.
fn share_at(rules: &EvacuationRules, hours: &str, hour: u32) -> f64 {
    rules.hours.iter().find(|row| row.name == hours).map_or(0.0, |row| row.share[hour as usize % 24])
}

/// Employees by building key: the latest figure of each enterprise, shared among the buildings that it uses by the floor area that it has
/// in each (evenly where that is not on record). A tenancy that ended before the park's date does not count.
pub(super) fn employees_by_building(park: &ParkSnapshot) -> HashMap<&str, f64> {
    let mut latest: BTreeMap<&str, (i32, f64)> = BTreeMap::new();
    for year in &park.enterprise_years {
        let Some(employees) = year.employees.filter(|employees| *employees >= 0) else { continue };
        let row = latest.entry(&year.enterprise_key).or_insert((year.year, employees as f64));
        if year.year > row.0 {
            *row = (year.year, employees as f64);
        }
    }
    let ended = |to: Option<chrono::NaiveDate>| to.zip(park.park.as_of).is_some_and(|(to, as_of)| to <= as_of);
    let mut uses: BTreeMap<&str, Vec<(&str, Option<f64>)>> = BTreeMap::new();
    for tenancy in park.tenancies.iter().filter(|tenancy| !ended(tenancy.valid_to)) {
        if let Some(building) = &tenancy.building_key {
            uses.entry(&tenancy.enterprise_key).or_default().push((building, tenancy.floor_area_m2));
        }
    }
    let mut out: HashMap<&str, f64> = HashMap::new();
    for (enterprise, buildings) in uses {
        let Some(&(_, employees)) = latest.get(enterprise) else { continue };
        let known = buildings.iter().all(|(_, area)| area.is_some_and(|area| area > 0.0));
        let weight = |area: Option<f64>| if known { area.unwrap_or(1.0) } else { 1.0 };
        let all: f64 = buildings.iter().map(|&(_, area)| weight(area)).sum();
        for (building, area) in buildings {
            *out.entry(building).or_default() += employees * weight(area) / all;
        }
    }
    out
}

/// People in a building at an hour, by the employees on record if the park has any.
pub(super) fn occupants(
    rules: &EvacuationRules,
    building: &Building,
    footprint_m2: f64,
    hour: u32,
    employees: &HashMap<&str, f64>,
) -> Occupancy {
    let row = row_of(rules, building).ok();
    if let Some(employees) = employees.get(building.provenance.key.as_str()) {
        let hours = row.map_or("day", |row| row.hours.as_str());
        return Ok((employees * share_at(rules, hours, hour)).round() as u32);
    }
    if !employees.is_empty() && row.is_some_and(|row| row.workplace) {
        return Err(Unknown::NoEmployees);
    }
    occupancy(rules, building, footprint_m2, hour)
}
