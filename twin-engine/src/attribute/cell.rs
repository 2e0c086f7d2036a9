//! One value, and where each column of the schema stands in the model.

use std::cmp::Ordering;
use std::fmt;

use chrono::NaiveDate;
use spatial_db::model::{FeatureKind, ParkSnapshot};
use spatial_db::schema::Table;

/// A value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Not known.
    Empty,
    /// Words.
    Text(&'a str),
    /// A number in the column's unit.
    Number(f64),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    Truth(bool),
}

impl Cell<'_> {
    /// The number, where it is one.
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// Order for sorting: what is not known last, numbers before days before words; words without regard to case, digits in
    /// them by their value.
    pub fn order(&self, other: &Self) -> Ordering {
        let rank = |cell: &Self| match cell {
            Self::Number(_) => 0,
            Self::Truth(_) => 1,
            Self::Date(_) => 2,
            Self::Text(_) => 3,
            Self::Empty => 4,
        };
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Truth(a), Self::Truth(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => natural(a, b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => f.write_str(text),
            // Up to three digits behind the point: what surveys have.
            Self::Number(number) => {
                let rounded = (number * 1000.0).round() / 1000.0;
                write!(f, "{rounded}")
            }
            Self::Date(date) => write!(f, "{date}"),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

/// Words by letters, runs of digits by their value: `P-9` before `P-10`. Allocates nothing: tables sort 100,000 rows by it.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (x, y) = match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (run, after) = digits(left);
            let (other, rest) = digits(right);
            let order = run.len().cmp(&other.len()).then_with(|| run.cmp(other));
            if order != Ordering::Equal {
                return order;
            }
            (left, right) = (after, rest);
            continue;
        }
        if x != y {
            let order = x.to_lowercase().cmp(y.to_lowercase());
            if order != Ordering::Equal {
                return order;
            }
        }
        (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
    }
}

/// The digits that a text begins with, without leading zeros, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

pub(super) fn text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Empty, Cell::Text)
}

pub(super) fn real<'a>(value: Option<f64>) -> Cell<'a> {
    value.filter(|value| value.is_finite()).map_or(Cell::Empty, Cell::Number)
}

pub(super) fn integer<'a>(value: Option<i64>) -> Cell<'a> {
    value.map_or(Cell::Empty, |value| Cell::Number(value as f64))
}

fn date<'a>(value: Option<NaiveDate>) -> Cell<'a> {
    value.map_or(Cell::Empty, Cell::Date)
}

pub(super) fn of_json(value: &serde_json::Value) -> Cell<'_> {
    match value {
        serde_json::Value::String(text) => Cell::Text(text),
        serde_json::Value::Bool(truth) => Cell::Truth(*truth),
        serde_json::Value::Number(number) => real(number.as_f64()),
        _ => Cell::Empty,
    }
}

/// Value of the schema's column `at` of a kind in a row.
pub(super) fn stored(park: &ParkSnapshot, kind: FeatureKind, at: usize, row: usize) -> Cell<'_> {
    let Some(name) = Table::of(kind).and_then(|table| table.columns.get(at)).map(|column| column.name) else {
        return Cell::Empty;
    };
    let year = |year: Option<i32>| integer(year.map(i64::from));
    let found = match kind {
        FeatureKind::Parcel => park.parcels.get(row).map(|p| match name {
            "number" => text(p.number.as_deref()),
            "address" => text(p.address.as_deref()),
            "holder" => text(p.holder.as_deref()),
            "land_use_code" => text(p.land_use_code.as_deref()),
            "land_use_scheme" => text(p.land_use_scheme.as_deref()),
            "land_use" => text(p.land_use.as_deref()),
            "industry_code" => text(p.industry_code.as_deref()),
            "recorded_area_m2" => real(p.recorded_area_m2),
            "recorded_floor_area_m2" => real(p.recorded_floor_area_m2),
            "assessed_value" => real(p.assessed_value),
            "currency" => text(p.currency.as_deref()),
            "valid_from" => date(p.valid_from),
            "valid_to" => date(p.valid_to),
            _ => Cell::Empty,
        }),
        FeatureKind::Building => park.buildings.get(row).map(|b| match name {
            "name" => text(b.name.as_deref()),
            "address" => text(b.address.as_deref()),
            "use_text" => text(b.use_text.as_deref()),
            "storeys" => real(b.storeys),
            "storey_height_m" => real(b.storey_height_m),
            "height_m" => real(b.height_m),
            "floor_area_m2" => real(b.floor_area_m2),
            "base_elevation_m" => real(b.base_elevation_m),
            "year_built" => year(b.year_built),
            "state" => text(b.state.as_deref()),
            "valid_from" => date(b.valid_from),
            "valid_to" => date(b.valid_to),
            _ => Cell::Empty,
        }),
        FeatureKind::RoadEdge => park.roads.get(row).map(|r| match name {
            "name" => text(r.name.as_deref()),
            "class" => text(r.class.as_deref()),
            "width_m" => real(r.width_m),
            _ => Cell::Empty,
        }),
        FeatureKind::Surface => park.surfaces.get(row).map(|s| match name {
            "kind" => Cell::Text(s.kind.as_str()),
            "name" => text(s.name.as_deref()),
            _ => Cell::Empty,
        }),
        FeatureKind::NetworkEdge => park.edges.get(row).map(|e| match name {
            "class" => Cell::Text(e.class.as_str()),
            "subtype" => text(e.subtype.as_deref()),
            "from_key" => text(e.from_key.as_deref()),
            "to_key" => text(e.to_key.as_deref()),
            "diameter_mm" => real(e.diameter_mm),
            "width_mm" => real(e.width_mm),
            "height_mm" => real(e.height_mm),
            "material" => text(e.material.as_deref()),
            "pressure" => text(e.pressure.as_deref()),
            "voltage" => text(e.voltage.as_deref()),
            "year_laid" => year(e.year_laid),
            "survey_level" => text(e.survey_level.as_deref()),
            "valid_from" => date(e.valid_from),
            "valid_to" => date(e.valid_to),
            _ => Cell::Empty,
        }),
        FeatureKind::NetworkNode => park.nodes.get(row).map(|n| match name {
            "class" => Cell::Text(n.class.as_str()),
            "kind" => Cell::Text(n.kind.as_str()),
            "subtype" => text(n.subtype.as_deref()),
            "ground_elevation_m" => real(n.ground_elevation_m),
            "depth_m" => real(n.depth_m),
            "material" => text(n.material.as_deref()),
            "size_mm" => real(n.size_mm),
            "valid_from" => date(n.valid_from),
            "valid_to" => date(n.valid_to),
            _ => Cell::Empty,
        }),
        FeatureKind::EmergencyResource => park.resources.get(row).map(|r| match name {
            "kind" => Cell::Text(r.kind.as_str()),
            "name" => text(r.name.as_deref()),
            "state" => text(r.state.as_deref()),
            "capacity" => real(r.capacity),
            "flow_l_s" => real(r.flow_l_s),
            "bearing_deg" => real(r.bearing_deg),
            "range_m" => real(r.range_m),
            _ => Cell::Empty,
        }),
        FeatureKind::HazardSource => park.hazards.get(row).map(|h| match name {
            "name" => text(h.name.as_deref()),
            "kind" => text(h.kind.as_deref()),
            "substance" => text(h.substance.as_deref()),
            "cas" => text(h.cas.as_deref()),
            "quantity_t" => real(h.quantity_t),
            "height_m" => real(h.height_m),
            "diameter_m" => real(h.diameter_m),
            _ => Cell::Empty,
        }),
        _ => None,
    };
    found.unwrap_or(Cell::Empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_sort_by_their_value_and_the_unknown_comes_last() {
        let mut words = ["P-10", "p-9", "P-009", "A", "P-2b", "P-2"];
        words.sort_by(|a, b| natural(a, b));
        assert_eq!(words, ["A", "P-2", "P-2b", "P-009", "p-9", "P-10"]);
        assert_eq!(Cell::Empty.order(&Cell::Number(1.0)), Ordering::Greater);
        assert_eq!(Cell::Number(-3.0).order(&Cell::Number(2.0)), Ordering::Less);
    }

    #[test]
    fn numbers_print_without_noise() {
        assert_eq!(Cell::Number(0.1 + 0.2).to_string(), "0.3");
        assert_eq!(Cell::Number(12.0).to_string(), "12");
    }
}
