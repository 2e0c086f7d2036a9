//! What counts as one place and which words name which fitting: tables that a user can replace.

use serde::Deserialize;
use serde_json::Value;
use spatial_db::model::{Attributes, NetworkEdge, NetworkNode, NodeKind};

use super::isolation::Gear;
use crate::rules::Figure;

/// What a valve does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// Shuts the line off.
    Shuts,
    /// Lets pass one way.
    Check,
    /// Holds pressure or flow.
    Reduces,
    /// Lets air out.
    Vents,
    /// Lets water out at an end.
    Drains,
}

/// Tolerances of topology, and words of fittings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The tolerances.
    pub tolerance: Tolerances,
    device: Vec<DeviceWords>,
    #[serde(default)]
    flow: Vec<FlowWords>,
    #[serde(default)]
    normal: Vec<NormalWords>,
}

/// Tolerances, each with where it comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerances {
    /// Ends this near in plan are one place, m.
    pub snap_m: Figure,
    /// An end this near to another line's course meets it, m.
    pub tee_m: Figure,
    /// Axes that meet differ in height by no more, m.
    pub height_m: Figure,
    /// A loose end this near to another line is told of, m.
    pub near_miss_m: Figure,
    /// Fall that tells a direction, m.
    pub level_m: Figure,
    /// Share of falling lines that makes drawing a convention.
    pub drawn_share: Figure,
    /// How far a building may be from what serves it, m.
    pub service_m: Figure,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceWords {
    acts: Device,
    words: Vec<String>,
}

/// A column of a line's record that tells which way it flows, and its words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowWords {
    column: String,
    forward: Vec<String>,
    backward: Vec<String>,
}

/// Columns of a record that tell how a valve or switch stands when all is well, and the words of one that lets nothing pass.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NormalWords {
    gear: Gear,
    columns: Vec<String>,
    shut: Vec<String>,
}

impl Settings {
    /// The table that ships with the product.
    ///
    /// # Panics
    /// Never: the shipped table is checked by a test.
    pub fn shipped() -> Self {
        Self::parse(include_str!("../../rules/networks/topology.toml")).expect("the shipped table is valid")
    }

    /// Settings from the text of a table.
    ///
    /// # Errors
    /// What does not parse, and where.
    pub fn parse(table: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(table)
    }

    /// What a node does as a valve or switch; `None` where it is none.
    pub fn device(&self, node: &NetworkNode) -> Option<Device> {
        match node.kind {
            NodeKind::Switch => Some(Device::Shuts),
            NodeKind::Valve => Some(node.subtype.as_deref().and_then(|text| self.words(text)).unwrap_or(Device::Shuts)),
            _ => None,
        }
    }

    /// Whether a line flows from its first vertex to its last, or the other way, by a column of its own record; `None` where none tells.
    pub fn recorded_flow(&self, edge: &NetworkEdge) -> Option<bool> {
        self.flow.iter().find_map(|row| {
            let told = word_of(&edge.provenance.attributes, &row.column)?;
            let is = |words: &[String]| words.iter().any(|word| word.to_lowercase() == told);
            is(&row.forward).then_some(true).or_else(|| is(&row.backward).then_some(false))
        })
    }

    /// Whether the record of a valve or switch itself says that it lets nothing pass when all is well: a normally open point of a ring.
    pub fn normally_shut(&self, node: &NetworkNode) -> bool {
        let rows = self.normal.iter().filter(|row| row.gear == Gear::of(node));
        rows.flat_map(|row| row.columns.iter().map(move |column| (column, &row.shut))).any(|(column, shut)| {
            word_of(&node.provenance.attributes, column)
                .is_some_and(|told| shut.iter().any(|word| word.to_lowercase() == told))
        })
    }

    fn words(&self, text: &str) -> Option<Device> {
        let text = text.to_lowercase();
        let begins = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
        let named = |word: &String| if word.is_ascii() { begins(word) } else { text.contains(word) };
        self.device.iter().find(|row| row.words.iter().any(named)).map(|row| row.acts)
    }
}

/// What a column tells, in small letters; `None` where there is none.
fn word_of(attributes: &Attributes, column: &str) -> Option<String> {
    let (_, told) = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(column))?;
    match told {
        Value::String(text) => Some(text.trim().to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_records_name_what_a_valve_does() {
        let settings = Settings::shipped();
        for (text, device) in [
            ("SHTFF-VALVE110-PN16", Some(Device::Shuts)),
            ("CHK-VALVE63-PN16", Some(Device::Check)),
            ("PRV-VALVE150-PN6/16", Some(Device::Reduces)),
            ("AIR VALVE DN50", Some(Device::Vents)),
            ("OUTFALL VALVE-DN150", Some(Device::Drains)),
            ("闸阀", Some(Device::Shuts)),
            ("止回阀", Some(Device::Check)),
            // No word begins with "air" here.
            ("REPAIRED", None),
        ] {
            assert_eq!(settings.words(text), device, "{text}");
        }
        assert!(Settings::parse("[tolerance]").is_err());
    }

    #[test]
    fn a_record_tells_what_is_shut_when_all_is_well_in_the_words_of_its_gear() {
        use spatial_db::model::NetworkClass;

        let settings = Settings::shipped();
        let shut = |kind: NodeKind, class: NetworkClass, word: &str| {
            let mut node = NetworkNode { class, ..crate::network::by_hand::node("k", kind, [0.0; 3]) };
            node.provenance.attributes.insert("NormState".into(), word.into());
            settings.normally_shut(&node)
        };
        let valve = |word| shut(NodeKind::Valve, NetworkClass::Water, word);
        let switch = |word| shut(NodeKind::Switch, NetworkClass::Power, word);
        assert_eq!(["常闭", "常开", "Closed", "分闸", ""].map(valve), [true, false, true, false, false]);
        assert_eq!(["常开", "分闸", "off", "常闭", "closed"].map(switch), [true, true, true, false, false]);
    }

    #[test]
    fn a_record_tells_which_way_a_line_flows_where_its_words_are_in_the_table() {
        let told = |settings: &Settings, column: &str, value: Value| {
            let mut line = crate::network::by_hand::edge(1, vec![[0.0; 3], [1.0, 0.0, 0.0]]);
            line.provenance.attributes.insert(column.into(), value);
            settings.recorded_flow(&line)
        };
        let settings = Settings::shipped();
        for (value, flow) in [("+", Some(true)), (" 顺 ", Some(true)), ("-", Some(false)), ("1", None), ("", None)] {
            assert_eq!(told(&settings, "FLOWDIR", value.into()), flow, "{value}");
        }
        assert_eq!(told(&settings, "other", "+".into()), None);
        // A code of one's own.
        let own = include_str!("../../rules/networks/topology.toml").replacen("forward = [", "forward = [\"0\", ", 1);
        assert_eq!(told(&Settings::parse(&own).unwrap(), "FlowDir", 0.into()), Some(true));
        // A table without such rows is one still.
        let older = include_str!("../../rules/networks/topology.toml").split("[[flow]]").next().unwrap();
        assert_eq!(told(&Settings::parse(older).unwrap(), "FlowDir", "+".into()), None);
    }
}
