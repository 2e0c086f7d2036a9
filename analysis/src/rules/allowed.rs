//! Which numbers a table of a user's own may have: a share of 25, a year of 0 or a clearance below nothing is a slip of the pen, and would
//! decide without a word.

use toml::{Table, Value};

use super::TableError;

/// Years are counted by the calendar; more of them are no term of anything.
const MOST_YEARS: f64 = 100.0;
/// The most that a table may ask of a sewer's fall.
const STEEPEST: f64 = 0.1;
/// No vehicle of a road sweeps a wider circle, no lane and no track is as wide, m: more was meant in another unit.
const WIDEST_M: [f64; 3] = [100.0, 50.0, 20.0];
/// Lines and roads farther off are not looked for, m.
const FARTHEST_M: f64 = 1000.0;

/// From where to where a number may be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Allowed {
    /// No or yes.
    Flag,
    /// A share.
    Share,
    /// More than nothing.
    Positive,
    /// Nothing or more.
    NotNegative,
    /// More than nothing and no more than this.
    UpTo(f64),
    /// A class of industrial land.
    Class,
}

impl Allowed {
    /// What the figure of a group may be, by its unit: `1` is a share.
    fn of(group: &str, name: &str, unit: &str) -> Self {
        match (group, name, unit) {
            ("idle", "suspension_cumulative" | "government_cause", _) => Self::Flag,
            // A quotient, and an angle.
            ("cluster", "specialised", _) => Self::Positive,
            ("camera", ..) => Self::UpTo(360.0),
            // None of these need be: land of every width and size is rated, every hydrant counts.
            ("vacancy", "strip_width_m" | "minimum_area_m2", _) | ("hydrant", "tank_exclusion_m", _) => {
                Self::NotNegative
            }
            (_, _, "1") => Self::Share,
            (_, _, "a") => Self::UpTo(MOST_YEARS),
            _ => Self::Positive,
        }
    }

    /// What a number of a table of networks may be, by where it stands; `shipped` is the one that ships there.
    fn of_networks(path: &[&str], unit: &str, shipped: Option<f64>) -> Self {
        match path {
            // A least fall of a tenth is none of a sewer: it was meant per cent or per mille.
            ["slope", "value"] => Self::UpTo(STEEPEST),
            [row, "value"] if row.starts_with("slope[") => Self::UpTo(STEEPEST),
            // Between two lines, whichever way they are drawn.
            [.., "value"] if unit == "°" => Self::UpTo(90.0),
            // More comes out of no hole than there is before it.
            [.., "discharge", "value"] => Self::UpTo(1.0),
            [.., name, "value"] if unit == "1" && name.ends_with("_share") => Self::UpTo(1.0),
            // What is more than nothing as shipped cannot be nothing.
            [.., "value"] if shipped.is_some_and(|value| value > 0.0) => Self::Positive,
            _ => Self::NotNegative,
        }
    }

    /// What a number of a table of siting may be.
    fn of_siting(row: &str) -> Self {
        let [circle, lane, track] = WIDEST_M;
        match row.split('.').next_back().unwrap_or(row) {
            _ if row.starts_with("industry.") || row.contains(".codes.") => Self::Class,
            "outer_radius_m" => Self::UpTo(circle),
            "width_m" => Self::UpTo(lane),
            "rail_half_m" => Self::UpTo(track),
            "served_m" | "road_within_m" => Self::UpTo(FARTHEST_M),
            "least_m2" => Self::Positive,
            _ => Self::NotNegative,
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::Flag => [0.0, 1.0].contains(&value),
            Self::Share => (0.0..=1.0).contains(&value),
            Self::Positive => value > 0.0 && value.is_finite(),
            Self::NotNegative => value >= 0.0 && value.is_finite(),
            Self::UpTo(most) => value > 0.0 && value <= most,
            Self::Class => [1.0, 2.0, 3.0].contains(&value),
        }
    }

    fn told(self) -> String {
        match self {
            Self::Flag => "0 for no or 1 for yes".to_owned(),
            Self::Share => "a share from 0 to 1".to_owned(),
            Self::Positive => "a number above 0".to_owned(),
            Self::NotNegative => "0 or a number above it".to_owned(),
            Self::UpTo(most) => format!("a number above 0 and up to {most}"),
            Self::Class => "1, 2 or 3, a class of industrial land".to_owned(),
        }
    }
}

/// Figures of which the first is no more than the second.
const IN_ORDER: [(&str, &str); 3] = [
    ("vacancy.vacant_coverage", "vacancy.underused_coverage"),
    ("idle.clock_years", "idle.reclaim_years"),
    ("cluster.moderate", "cluster.high"),
];

/// Checks the numbers of a table that takes the place of a shipped one.
///
/// # Errors
/// [`TableError::Value`] for the first that cannot be.
pub(super) fn check(table: &str, own: &str, shipped: &str) -> Result<(), TableError> {
    // Schemes say of each limit and node what it may be, and check that themselves.
    if !(matches!(table, "figures.toml" | "evaluation/zone.toml")
        || ["networks/", "siting/"].iter().any(|folder| table.starts_with(folder)))
    {
        return Ok(());
    }
    let (Ok(own), Ok(shipped)) = (own.parse::<Table>(), shipped.parse::<Table>()) else { return Ok(()) };
    let wrong = |row: &str, value: f64, allowed: String| {
        Err(TableError::Value { table: table.to_owned(), row: row.to_owned(), value, allowed })
    };
    let (own, shipped) = (numbers(&own), numbers(&shipped));
    let of = |all: &[(String, f64, String)], row: &str| all.iter().find(|one| one.0 == row).map(|one| one.1);
    for (row, value, unit) in &own {
        let path: Vec<&str> = row.split('.').collect();
        let allowed = match path[..] {
            _ if table.starts_with("networks/") => Allowed::of_networks(&path, unit, of(&shipped, row)),
            _ if table.starts_with("siting/") => Allowed::of_siting(row),
            [group, name, "value"] => Allowed::of(group, name, unit),
            // What is more than nothing as shipped cannot be nothing.
            [.., "value"] if of(&shipped, row).is_some_and(|value| value > 0.0) => Allowed::Positive,
            _ => Allowed::NotNegative,
        };
        if !allowed.holds(*value) {
            return wrong(row, *value, allowed.told());
        }
    }
    // Diameters over one and up to another: the wrong way round the row would fit no line, and ask for nothing.
    for (row, upto, _) in own.iter().filter(|(row, ..)| row.ends_with(".dn[2]")) {
        let over = of(&own, &row.replace(".dn[2]", ".dn[1]")).unwrap_or_default();
        if *upto <= over {
            return wrong(row, *upto, format!("a number above {over}, the diameter that it begins over"));
        }
    }
    // What a vehicle does not sweep lies within what it does.
    for (row, inner, _) in own.iter().filter(|(row, ..)| row.ends_with(".inner_radius_m")) {
        let outer = of(&own, &row.replace(".inner_radius_m", ".outer_radius_m"));
        if let Some(outer) = outer.filter(|outer| inner >= outer) {
            return wrong(row, *inner, format!("a number below the outer radius, which is {outer}"));
        }
    }
    for (less, more) in IN_ORDER {
        let [low, high] = [less, more].map(|row| of(&own, &format!("{row}.value")));
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            return wrong(&format!("{less}.value"), low, format!("no more than {more}, which is {high}"));
        }
    }
    Ok(())
}

/// Every number of a table by where it stands, `group.name.value` or `rows[3].m`, with the unit that stands beside it.
fn numbers(table: &Table) -> Vec<(String, f64, String)> {
    fn add(at: &str, value: &Value, unit: &str, found: &mut Vec<(String, f64, String)>) {
        match value {
            Value::Integer(number) => found.push((at.to_owned(), *number as f64, unit.to_owned())),
            Value::Float(number) => found.push((at.to_owned(), *number, unit.to_owned())),
            Value::Table(table) => of(&format!("{at}."), table, found),
            Value::Array(values) => {
                for (number, value) in values.iter().enumerate() {
                    add(&format!("{at}[{}]", number + 1), value, unit, found);
                }
            }
            Value::String(_) | Value::Boolean(_) | Value::Datetime(_) => {}
        }
    }
    fn of(before: &str, table: &Table, found: &mut Vec<(String, f64, String)>) {
        let unit = table.get("unit").and_then(Value::as_str).unwrap_or_default();
        for (key, value) in table {
            add(&format!("{before}{key}"), value, unit, found);
        }
    }
    let mut found = Vec::new();
    of("", table, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::SHIPPED;

    fn shipped(table: &str) -> &'static str {
        SHIPPED.iter().find(|(name, _)| *name == table).map(|(_, text)| *text).unwrap()
    }

    #[test]
    fn what_ships_is_allowed() {
        for (name, text) in SHIPPED {
            check(name, text, text).unwrap_or_else(|error| panic!("{error}"));
        }
    }

    #[test]
    fn a_number_that_cannot_be_is_refused_with_what_may() {
        let told = |table: &str, from: &str, to: &str| {
            let own = shipped(table);
            assert!(own.contains(from), "{table} has {from:?}");
            check(table, &own.replacen(from, to, 1), own).unwrap_err().to_string()
        };
        for (table, from, to, parts) in [
            (
                "figures.toml",
                "[idle.invested_share]\nvalue = 0.25",
                "[idle.invested_share]\nvalue = 25",
                ["idle.invested_share.value", "25", "from 0 to 1"],
            ),
            (
                "figures.toml",
                "[idle.clock_years]\nvalue = 1.0",
                "[idle.clock_years]\nvalue = 0.0",
                ["idle.clock_years.value", "0", "above 0 and up to 100"],
            ),
            (
                "figures.toml",
                "[idle.clock_years]\nvalue = 1.0",
                "[idle.clock_years]\nvalue = 3.0",
                ["idle.clock_years.value", "3", "idle.reclaim_years, which is 2"],
            ),
            (
                "figures.toml",
                "[land.tall_storey_m]\nvalue = 8.0",
                "[land.tall_storey_m]\nvalue = -8.0",
                ["land.tall_storey_m.value", "-8", "above 0"],
            ),
            (
                "evaluation/zone.toml",
                "[cluster.moderate]\nvalue = 0.15",
                "[cluster.moderate]\nvalue = 15.0",
                ["cluster.moderate.value", "15", "from 0 to 1"],
            ),
            (
                "networks/clearance.toml",
                "b = \"building\", m = 2.5",
                "b = \"building\", m = -2.5",
                ["horizontal[1].m", "-2.5", "0 or a number above"],
            ),
            (
                "networks/clearance.toml",
                "dn = [200, 99999]",
                "dn = [200, 100]",
                ["horizontal[3].dn[2]", "100", "above 200"],
            ),
            (
                "networks/clearance.toml",
                "[alongside_deg]\nvalue = 45.0",
                "[alongside_deg]\nvalue = 450.0",
                ["alongside_deg.value", "450", "up to 90"],
            ),
            (
                "networks/hydraulics.toml",
                "[figure.required_m]\nvalue = 14.3",
                "[figure.required_m]\nvalue = nan",
                ["figure.required_m.value", "NaN", "above 0"],
            ),
            (
                "figures.toml",
                "[idle.government_cause]\n# 1: days of a cause on the government's side, land not delivered as agreed among them, do not run.\nvalue = 1.0",
                "[idle.government_cause]\nvalue = 0.5",
                ["idle.government_cause.value", "0.5", "0 for no or 1 for yes"],
            ),
            (
                "networks/clearance.toml",
                "[slope]\nvalue = 0.003",
                "[slope]\nvalue = 3.0",
                ["slope.value", "3", "above 0 and up to 0.1"],
            ),
            (
                "networks/profile.toml",
                "value = 0.0015",
                "value = 0.15",
                ["slope[3].value", "0.15", "above 0 and up to 0.1"],
            ),
            (
                "networks/hydraulics.toml",
                "[figure.discharge]\nvalue = 0.6",
                "[figure.discharge]\nvalue = 6.0",
                ["figure.discharge.value", "6", "above 0 and up to 1"],
            ),
            (
                "networks/topology.toml",
                "[tolerance.drawn_share]\nvalue = 0.75",
                "[tolerance.drawn_share]\nvalue = 75",
                ["tolerance.drawn_share.value", "75", "above 0 and up to 1"],
            ),
            ("siting/industry.toml", "\n39 = 1", "\n39 = 4", ["industry.39", "4", "1, 2 or 3"]),
            ("siting/industry.toml", "\"M1\" = 1", "\"M1\" = 0", ["land[2].codes.M1", "0", "1, 2 or 3"]),
            (
                "siting/turning.toml",
                "outer_radius_m = 12.5",
                "outer_radius_m = 12500",
                ["vehicles.articulated.outer_radius_m", "12500", "up to 100"],
            ),
            (
                "siting/turning.toml",
                "inner_radius_m = 5.3",
                "inner_radius_m = 53.0",
                ["vehicles.articulated.inner_radius_m", "53", "outer radius, which is 12.5"],
            ),
            ("siting/turning.toml", "width_m = 4.0", "width_m = 4000", ["lane.width_m", "4000", "up to 50"]),
            ("siting/obstacles.toml", "rail_half_m = 3.0", "rail_half_m = 0", ["rail_half_m", "0", "above 0"]),
            ("siting/readiness.toml", "served_m = 50.0", "served_m = -50", ["served_m", "-50", "up to 1000"]),
        ] {
            let said = told(table, from, to);
            assert!(said.contains(table) && parts.iter().all(|part| said.contains(part)), "{said}");
        }
        let own = shipped("figures.toml")
            .replace("[vacancy.strip_width_m]\nvalue = 14.0", "[vacancy.strip_width_m]\nvalue = 0.0");
        assert!(check("figures.toml", &own, shipped("figures.toml")).is_ok(), "no width at all is one");
    }
}
