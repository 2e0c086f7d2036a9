//! How far lines must lie apart, how deep, how steep, and how well a survey knows it: tables that a user can replace.

use serde::Deserialize;
use spatial_db::model::{NetworkClass, NetworkEdge};

use super::walls::Walls;
use crate::rules::{Figure, cited};
use crate::words::Words;

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A water main.
    Water,
    /// A sewer.
    Drainage,
    /// A gas line.
    Gas,
    /// A heat line.
    Heat,
    /// A power cable.
    Power,
    /// A telecom cable.
    Telecom,
    /// An industrial pipe.
    Industrial,
    /// Any other line.
    Other,
    /// A building.
    Building,
}

impl From<NetworkClass> for Side {
    fn from(class: NetworkClass) -> Self {
        match class {
            NetworkClass::Water => Self::Water,
            NetworkClass::Drainage => Self::Drainage,
            NetworkClass::Gas => Self::Gas,
            NetworkClass::Heat => Self::Heat,
            NetworkClass::Power => Self::Power,
            NetworkClass::Telecom => Self::Telecom,
            NetworkClass::Industrial => Self::Industrial,
            NetworkClass::Other => Self::Other,
        }
    }
}

/// How a cable is laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Laid {
    /// In the earth.
    Direct,
    /// In a duct, a pipe or a bank of ducts.
    Duct,
}

/// Stage of a gas line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Below 0.01 `MPa`.
    Low,
    /// Up to 0.4 `MPa`.
    Medium,
    /// Up to 0.8 `MPa`.
    SubHighB,
    /// Up to 1.6 `MPa`.
    SubHighA,
    /// Above: the table of clearances in towns has no row for it.
    High,
}

impl Stage {
    /// The stages, from low to high.
    pub const ALL: [Self; 5] = [Self::Low, Self::Medium, Self::SubHighB, Self::SubHighA, Self::High];

    /// As a record has it: [`Stage::of`] reads it back.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::SubHighB => "sub-high B",
            Self::SubHighA => "sub-high A",
            Self::High => "high",
        }
    }

    /// The stage of a pressure as recorded: in words, or a number with `kPa` or `MPa`.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        for (unit, mpa) in [("mpa", 1.0), ("kpa", 0.001)] {
            if let Some(number) = text.strip_suffix(unit) {
                return Self::of_mpa(number.trim().parse::<f64>().ok()? * mpa);
            }
        }
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match () {
            () if says(&["次高压b", "sub-high b", "sub_high_b", "subhigh b"]) => Some(Self::SubHighB),
            () if says(&["次高压a", "sub-high a", "sub_high_a", "subhigh a"]) => Some(Self::SubHighA),
            () if says(&["次高", "sub"]) => None,
            () if says(&["高压", "high"]) => Some(Self::High),
            () if says(&["低压", "low"]) => Some(Self::Low),
            () if says(&["中压", "medium"]) => Some(Self::Medium),
            () => None,
        }
    }

    fn of_mpa(mpa: f64) -> Option<Self> {
        match mpa {
            mpa if mpa < 0.0 => None,
            mpa if mpa < 0.01 => Some(Self::Low),
            mpa if mpa <= 0.4 => Some(Self::Medium),
            mpa if mpa <= 0.8 => Some(Self::SubHighB),
            mpa if mpa <= 1.6 => Some(Self::SubHighA),
            mpa if mpa.is_finite() => Some(Self::High),
            _ => None,
        }
    }
}

/// A row: how far apart.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// One side.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// Clear distance, m.
    pub m: f64,
    /// Nominal diameter of the pressure pipe, mm: over, up to.
    pub dn: Option<[f64; 2]>,
    /// Stage of the gas line.
    pub pressure: Option<Stage>,
    /// How the telecom line is laid.
    pub laid: Option<Laid>,
    /// Clause.
    pub clause: String,
    /// `verified`, `secondary`, `memory` or `default`.
    pub status: String,
}

/// A row: how deep.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Depth {
    /// Class.
    pub class: NetworkClass,
    /// Ground above the top under a carriageway, m.
    pub carriageway_m: f64,
    /// Elsewhere, m.
    pub elsewhere_m: f64,
    /// Under green that no vehicle comes on, m, where the rule tells it apart.
    pub green_m: Option<f64>,
    /// Clause.
    pub clause: String,
    /// Status.
    pub status: String,
}

/// A row: how well a quality level knows a place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// ASCE 38 level, or `-` where none is recorded.
    pub level: String,
    /// How far off in plan, m.
    pub plan_m: f64,
    /// How far off in height, m.
    pub height_m: f64,
    /// Whether a height of this level was measured at all; if not, whoever digs must not count on it.
    #[serde(default = "told")]
    pub depth_told: bool,
    /// Standard.
    pub standard: String,
    /// Edition.
    pub edition: String,
    /// Clause.
    pub clause: String,
    /// Status.
    pub status: String,
}

const fn told() -> bool {
    true
}

/// Words of a record that tell how a cable is laid.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LaidWords {
    direct: Vec<String>,
    duct: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    standard: String,
    edition: String,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearanceRules {
    table: Source,
    horizontal: Vec<Apart>,
    vertical: Vec<Apart>,
    cover: Vec<Depth>,
    survey: Vec<Quality>,
    #[serde(default)]
    laid: LaidWords,
    /// Least fall of sewers.
    pub slope: Figure,
    /// Angle below which lines run alongside, degrees.
    pub alongside_deg: Figure,
    /// Angle from which lines that cross in plan pass over each other and no longer run alongside there, degrees.
    pub crossing_deg: Figure,
    /// The widest that a line without a size on record is taken for, m.
    pub unsized_m: Figure,
}

/// What a rule asks for, with what is not known of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The least and the most that rows which may fit ask for, m; the same where everything is known.
    pub between_m: [f64; 2],
    /// Row of the table that asks for most.
    pub row: usize,
    /// A pressure lies above what the table has rows for: it asks for this at least, and for how much more is not told.
    pub beyond: bool,
}

impl ClearanceRules {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../../rules/networks/clearance.toml")).expect("the shipped table is valid")
    }

    /// Rules from the text of a table.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        let rules: Self = toml::from_str(table)?;
        if !rules.survey.iter().any(|quality| quality.level == "-") {
            return Err(serde::de::Error::custom("[[survey]] needs a row of level \"-\" for lines without a level"));
        }
        Ok(rules)
    }

    /// Clear distance in plan between a line and another, or a building (`None`).
    pub fn horizontal(&self, a: &NetworkEdge, b: Option<&NetworkEdge>) -> Option<Limit> {
        self.limit(&self.horizontal, a, b)
    }

    /// Clear height where two lines cross.
    pub fn vertical(&self, a: &NetworkEdge, b: &NetworkEdge) -> Option<Limit> {
        self.limit(&self.vertical, a, Some(b))
    }

    /// How a cable is laid, by the words of its record or, of a bank of ducts, by its width and height; `None` where neither tells.
    pub fn laid(&self, line: &NetworkEdge) -> Option<Laid> {
        let texts = || [&line.subtype, &line.material].into_iter().flatten().map(|text| text.to_lowercase());
        let says = |words: &[String]| texts().any(|text| words.iter().any(|word| text.contains(word.as_str())));
        if says(&self.laid.direct) {
            Some(Laid::Direct)
        } else if says(&self.laid.duct) || (line.width_mm > Some(0.0) && line.height_mm > Some(0.0)) {
            Some(Laid::Duct)
        } else {
            None
        }
    }

    fn limit(&self, rows: &[Apart], a: &NetworkEdge, b: Option<&NetworkEdge>) -> Option<Limit> {
        let sides = [a.class.into(), b.map_or(Side::Building, |b| b.class.into())];
        let lines = || std::iter::once(a).chain(b);
        // Between equals the larger decides; else the pressure pipe: water, or gas.
        let pressure_pipe = |class: NetworkClass| lines().filter(move |line| line.class == class);
        let stages: Vec<Option<Stage>> =
            pressure_pipe(NetworkClass::Gas).map(|l| l.pressure.as_deref().and_then(Stage::of)).collect();
        // No row is made for a high pressure: the hardest one is asked for at least.
        let high = stages.contains(&Some(Stage::High));
        let sized =
            [NetworkClass::Gas, NetworkClass::Water].into_iter().find(|class| lines().any(|l| l.class == *class));
        let mut sizes = sized.into_iter().flat_map(pressure_pipe).map(|line| line.diameter_mm.filter(|dn| *dn > 0.0));
        let largest = sizes.try_fold(0.0, |most: f64, dn| dn.map(|dn| most.max(dn)));
        let laid: Vec<Option<Laid>> = pressure_pipe(NetworkClass::Telecom).map(|line| self.laid(line)).collect();
        let mut found: Option<Limit> = None;
        for (at, row) in rows.iter().enumerate() {
            if [row.a, row.b] != sides && [row.b, row.a] != sides {
                continue;
            }
            let fits = |stage: Stage| stages.iter().any(|known| known.is_none_or(|known| known == stage));
            if row.pressure.is_some_and(|stage| !high && !fits(stage)) {
                continue;
            }
            if row.laid.is_some_and(|how| !laid.iter().any(|known| known.is_none_or(|known| known == how))) {
                continue;
            }
            if let (Some([over, to]), Some(dn)) = (row.dn, largest)
                && !(dn > over && dn <= to)
            {
                continue;
            }
            let beyond = high && row.pressure.is_some();
            found = Some(match found {
                None => Limit { between_m: [row.m, row.m], row: at, beyond },
                Some(Limit { between_m: [least, most], row: first, beyond: before }) => Limit {
                    between_m: [if beyond { most.max(row.m) } else { least.min(row.m) }, most.max(row.m)],
                    row: if row.m > most { at } else { first },
                    beyond: beyond || before,
                },
            });
        }
        found
    }

    /// Half the width of the ground over a line in which no building may stand, m: half the line's own, and the clear distance in
    /// plan that rows which may fit ask for at most. How far the survey may be off is not in it. `None` where the table has no row
    /// for the class and buildings.
    pub fn kept_free_m(&self, line: &NetworkEdge) -> Option<f64> {
        let limit = self.horizontal(line, None)?;
        let half_m = Walls::of(line, self).half_width_m.unwrap_or(self.unsized_m.value / 2.0);
        Some(half_m + limit.between_m[1])
    }

    /// The most that any row asks for in plan, m: how far to look.
    pub fn reach_m(&self) -> f64 {
        self.horizontal.iter().map(|row| row.m).fold(0.0, f64::max)
    }

    /// The table as a whole: standard and edition.
    pub fn named(&self) -> String {
        format!("{} ({})", self.table.standard, self.table.edition)
    }

    /// Row of the horizontal or vertical table, with standard and edition, in words.
    pub fn cited(&self, vertical: bool, row: usize) -> Words {
        let row = if vertical { &self.vertical[row] } else { &self.horizontal[row] };
        cited(&self.table.standard, &self.table.edition, &row.clause, &row.status)
    }

    /// How deep a class must lie.
    pub fn depth(&self, class: NetworkClass) -> Option<&Depth> {
        self.cover.iter().find(|row| row.class == class)
    }

    /// Row of the cover table in words.
    pub fn cited_depth(&self, row: &Depth) -> Words {
        cited(&self.table.standard, &self.table.edition, &row.clause, &row.status)
    }

    /// How well a line's place is known.
    ///
    /// # Panics
    /// Never: a table without the row for lines of no level is refused.
    pub fn quality(&self, line: &NetworkEdge) -> &Quality {
        let level = line.survey_level.as_deref().map(str::trim).unwrap_or_default();
        let row = |level: &str| self.survey.iter().find(|row| row.level.eq_ignore_ascii_case(level));
        row(level).unwrap_or_else(|| self.unlevelled())
    }

    /// How well a line of no level is known.
    ///
    /// # Panics
    /// Never: a table without this row is refused.
    pub fn unlevelled(&self) -> &Quality {
        self.survey.iter().find(|row| row.level == "-").expect("checked when the table was read")
    }

    /// The worst that any level may be off in plan, m.
    pub fn worst_m(&self) -> f64 {
        self.survey.iter().map(|row| row.plan_m).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::by_hand::edge;
    use NetworkClass::{Drainage, Gas, Heat, Power, Water};
    use Stage::{High, Low, Medium, SubHighA, SubHighB};

    fn line(class: NetworkClass, dn: Option<f64>, pressure: Option<&str>) -> NetworkEdge {
        let mut line = edge(1, vec![[0.0; 3], [1.0, 0.0, 0.0]]);
        (line.class, line.diameter_mm, line.pressure) = (class, dn, pressure.map(Into::into));
        line
    }

    #[test]
    fn rows_are_found_either_way_round_and_by_size_and_stage() {
        let rules = ClearanceRules::shipped();
        let sewer = line(Drainage, Some(600.0), None);
        let between = |a: &NetworkEdge, b: &NetworkEdge| rules.horizontal(a, Some(b)).map(|limit| limit.between_m);
        assert_eq!(between(&sewer, &line(Water, Some(200.0), None)), Some([1.0, 1.0]));
        assert_eq!(between(&line(Water, Some(201.0), None), &sewer), Some([1.5, 1.5]));
        assert_eq!(between(&sewer, &line(Water, None, None)), Some([1.0, 1.5]), "either");
        let gas = |pressure| line(Gas, Some(200.0), pressure);
        assert_eq!(between(&sewer, &gas(Some("中压A"))), Some([1.2, 1.2]));
        assert_eq!(between(&gas(Some("1.2 MPa")), &sewer), Some([2.0, 2.0]));
        assert_eq!(between(&sewer, &gas(None)), Some([1.0, 2.0]));
        assert_eq!(between(&gas(None), &line(Gas, Some(400.0), None)), Some([0.5, 0.5]), "the larger decides");
        assert_eq!(between(&line(Heat, None, None), &line(Power, None, None)), Some([2.0, 2.0]));
        assert_eq!(between(&line(Power, None, None), &line(Power, None, None)), None);
        assert_eq!(rules.horizontal(&line(Water, Some(300.0), None), None).unwrap().between_m, [3.0, 3.0]);
        assert_eq!(rules.horizontal(&line(Power, None, None), None), None);
        let crossing = rules.vertical(&sewer, &line(Water, None, None)).unwrap();
        assert_eq!(crossing.between_m, [0.4, 0.4]);
        assert_eq!(rules.cited(true, crossing.row), "GB 50289 (2016), vertical clearance at crossings [secondary]");
        assert_eq!(rules.reach_m(), 3.0);
    }

    #[test]
    fn a_high_pressure_is_none_of_the_stages_that_have_rows() {
        let rules = ClearanceRules::shipped();
        let sewer = line(Drainage, Some(600.0), None);
        for pressure in ["高压", "2.5 MPa"] {
            let limit = rules.horizontal(&line(Gas, Some(400.0), Some(pressure)), Some(&sewer)).unwrap();
            assert_eq!((limit.between_m, limit.beyond), ([2.0, 2.0], true), "at least what the highest stage asks for");
        }
        let limit = rules.horizontal(&line(Gas, Some(400.0), None), Some(&sewer)).unwrap();
        assert_eq!((limit.between_m, limit.beyond), ([1.0, 2.0], false));
    }

    #[test]
    fn a_telecom_line_in_a_duct_may_pass_nearer_than_one_in_the_earth() {
        let rules = ClearanceRules::shipped();
        let mut cable = line(NetworkClass::Telecom, None, None);
        let asked =
            |cable: &NetworkEdge, class| rules.vertical(cable, &line(class, Some(200.0), None)).unwrap().between_m;
        for class in [Water, Drainage, Gas] {
            assert_eq!(asked(&cable, class), [0.15, 0.5], "nothing tells how it is laid");
        }
        cable.subtype = Some("直埋光缆".into());
        assert_eq!([Water, Gas, Heat].map(|class| asked(&cable, class)), [[0.5; 2], [0.5; 2], [0.15; 2]]);
        cable.subtype = Some("Duct bank".into());
        assert_eq!([Water, Drainage, Gas, Heat].map(|class| asked(&cable, class)), [[0.15; 2]; 4]);
        (cable.subtype, cable.width_mm, cable.height_mm) = (None, Some(400.0), Some(300.0));
        assert_eq!(rules.laid(&cable), Some(Laid::Duct));
        assert_eq!(asked(&cable, Water), [0.15; 2]);
        let gas = line(Gas, Some(200.0), Some("low"));
        let industrial = line(NetworkClass::Industrial, Some(200.0), None);
        assert_eq!(rules.vertical(&gas, &industrial).unwrap().between_m, [0.15; 2]);
    }

    #[test]
    fn stages_and_levels_are_read_or_not_known() {
        let stages =
            ["低压", "Medium B", "次高压A", "sub-high B", "次高压", "300 kPa", "5kPa", "9 MPa", "PN16"].map(Stage::of);
        let told =
            [Some(Low), Some(Medium), Some(SubHighA), Some(SubHighB), None, Some(Medium), Some(Low), Some(High), None];
        assert_eq!(stages, told);
        assert_eq!(
            ["高压A", "high pressure", "nan MPa", "-1 MPa"].map(Stage::of),
            [Some(High), Some(High), None, None]
        );
        assert_eq!(Stage::ALL.map(|stage| Stage::of(stage.as_str())), Stage::ALL.map(Some));
        let rules = ClearanceRules::shipped();
        let mut line = line(NetworkClass::Gas, None, None);
        assert_eq!(rules.quality(&line).level, "-");
        line.survey_level = Some(" b ".into());
        assert_eq!(rules.quality(&line).level, "B");
        line.survey_level = Some("best".into());
        assert_eq!(rules.quality(&line).level, "-");
        let rows = [&rules.horizontal, &rules.vertical].into_iter().flatten();
        for row in rows {
            assert!(row.m > 0.0 && ["verified", "secondary", "memory", "default"].contains(&row.status.as_str()));
        }
        let without = include_str!("../../../rules/networks/clearance.toml").replace("level = \"-\"", "level = \"E\"");
        assert!(ClearanceRules::parse(&without).unwrap_err().to_string().contains("level"));
    }
}
