//! How many people are in a building at an hour: floor area by use, from the table. What is not on record stays unknown.

use spatial_db::model::Building;

use super::EvacuationRules;

/// Why nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The building has no use on record.
    NoUse,
    /// The table does not have the words of its use.
    UseNotInTable,
    /// Neither its floor area nor its storeys are on record.
    NoFloorArea,
}

impl Unknown {
    /// The reason in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoUse => "no use on record",
            Self::UseNotInTable => "a use that the table of occupants does not have",
            Self::NoFloorArea => "neither floor area nor storeys on record",
        }
    }
}

/// People in a building.
pub type Occupancy = Result<u32, Unknown>;

/// People in a building at an hour of a working day (0 to 23), rounded; `footprint_m2` stands for the floor area with its storeys where that
/// is not on record.
pub fn occupancy(rules: &EvacuationRules, building: &Building, footprint_m2: f64, hour: u32) -> Occupancy {
    let said = [&building.use_text, &building.name];
    let Some(text) = said.into_iter().flatten().next() else { return Err(Unknown::NoUse) };
    let find = |text: &String| {
        let lower = text.to_lowercase();
        rules.occupancy.iter().find(|row| row.words.iter().any(|word| lower.contains(word)))
    };
    let Some(row) = find(text).or_else(|| building.name.as_ref().and_then(find)) else {
        return Err(Unknown::UseNotInTable);
    };
    let Some(m2_per_person) = row.m2_per_person else { return Ok(0) };
    let floor_m2 = building.floor_area_m2.or_else(|| building.storeys.map(|storeys| storeys * footprint_m2));
    let Some(floor_m2) = floor_m2.filter(|area| area.is_finite() && *area >= 0.0) else {
        return Err(Unknown::NoFloorArea);
    };
    let share = rules.hours.iter().find(|hours| hours.name == row.hours).map_or(0.0, |h| h.share[hour as usize % 24]);
    Ok((floor_m2 / m2_per_person * share).round() as u32)
}
