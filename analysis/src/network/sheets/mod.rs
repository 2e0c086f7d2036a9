//! Traces, isolations and clearances as reports: rows under heads with units.

mod clearance;
mod isolation;
mod planned;
mod section;

use std::collections::BTreeMap;

use spatial_db::model::{FeatureKind, NetworkClass, NodeKind, ParkSnapshot};

use super::section::Size;
use super::topology::{Doubt, Topology};
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Phrase, Words, phrase};

pub use clearance::{between_sheet, clearance_sheet, cover_sheet, fall_sheet, verdicts_note};
pub(super) use clearance::{lie, rule, verdict};
pub use isolation::{Isolating, other_valves_notes};
pub(super) use isolation::{SHUT_ALREADY, STUCK, TO_SHUT};
pub use planned::{own_notes, own_told};
pub use section::section_sheet;

pub(super) fn text(name: &'static str, title: Words) -> Column {
    Column::new(name, title, "", Holds::Text)
}

pub(super) fn said(text: &str) -> Value {
    if text.is_empty() { Value::Unknown } else { Value::Text(text.into()) }
}

/// A class in words.
pub(super) fn class(class: NetworkClass) -> Words {
    match class {
        NetworkClass::Water => phrase("network-water", "Water supply").into(),
        NetworkClass::Drainage => phrase("network-drainage", "Drainage").into(),
        NetworkClass::Gas => phrase("network-gas", "Gas").into(),
        NetworkClass::Heat => phrase("network-heat", "Heat").into(),
        NetworkClass::Power => phrase("network-power", "Power").into(),
        NetworkClass::Telecom => phrase("network-telecom", "Telecom").into(),
        NetworkClass::Industrial => phrase("network-industrial", "Industrial pipe").into(),
        NetworkClass::Other => phrase("network-other", "Other").into(),
    }
}

/// What a link is in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Reached by a trace.
    Reached,
    /// On a loop.
    Looped,
    /// Reached if an unknown direction is so.
    Perhaps,
    /// Shut off with a break.
    ShutOff,
    /// Outside, without supply.
    CutOff,
}

impl Part {
    /// A short word for files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Looped => "on_loop",
            Self::Perhaps => "perhaps",
            Self::ShutOff => "shut_off",
            Self::CutOff => "without_supply",
        }
    }

    pub(super) fn phrase(self) -> Phrase {
        match self {
            Self::Reached => phrase("part-reached", "reached"),
            Self::Looped => phrase("part-looped", "on a loop"),
            Self::Perhaps => phrase("part-perhaps", "perhaps: a direction on the way is not known"),
            Self::ShutOff => phrase("part-shut-off", "shut off"),
            Self::CutOff => phrase("part-cut-off", "without supply"),
        }
    }
}

/// Lines with what they are, one row for all pieces of a line that are the same.
pub fn lines_sheet(
    park: &ParkSnapshot,
    topology: &Topology,
    parts: impl IntoIterator<Item = (u32, Part)>,
    title: Words,
    notes: Vec<Words>,
) -> Sheet {
    let mut by_line: BTreeMap<(Part, u32), f64> = BTreeMap::new();
    for (link, part) in parts {
        let link = topology.links[link as usize];
        *by_line.entry((part, link.edge)).or_default() += link.length_m;
    }
    let row = |((part, edge), length): ((Part, u32), f64)| {
        let line = &park.edges[edge as usize];
        let cells = vec![
            said(&line.provenance.key),
            Words::from(part.phrase()).into(),
            Some(length).into(),
            said(&Size::of(line).words),
            line.material.as_deref().into(),
            line.subtype.as_deref().into(),
        ];
        Row { slot: Some(edge as usize), cells }
    };
    Sheet {
        name: "trace",
        title,
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns: vec![
            text("line", words!("head-line", "line")),
            text("part", words!("head-part", "part")),
            Column::new("length_m", words!("head-length", "length"), "m", Holds::Number(1)),
            text("size", words!("head-size", "size")),
            text("material", words!("head-material", "material")),
            text("subtype", words!("head-subtype", "kind on record")),
        ],
        rows: by_line.into_iter().map(row).collect(),
    }
}

fn doubt(what: Doubt) -> Words {
    match what {
        Doubt::HeightUnknown => phrase("doubt-height-unknown", "joined as drawn: a height is not known").into(),
        Doubt::HeightsDiffer(_) => phrase("doubt-heights-differ", "meets in plan at another height: not joined").into(),
        Doubt::Several => {
            phrase("doubt-several", "meets several lines, heights not known: joined to the nearest").into()
        }
        Doubt::NearMiss(_) => phrase("doubt-near-miss", "ends beside another line: not joined").into(),
        Doubt::NoSuchNode => phrase("doubt-no-node", "names a node that is not there: joined by place").into(),
        Doubt::Alone => phrase("doubt-alone", "no line begins, ends or passes here").into(),
        Doubt::Joins => phrase("doubt-joins", "no line names it: joins the points at its place").into(),
        Doubt::Loop => phrase("doubt-loop", "begins and ends at one place").into(),
        Doubt::Undecided(_) => {
            phrase("doubt-undecided", "height not known where lines lie at several: joined to none").into()
        }
    }
}

/// What the topology was in doubt of.
pub fn doubts_sheet(park: &ParkSnapshot, topology: &Topology, title: Words, notes: Vec<Words>) -> Sheet {
    let edges: BTreeMap<_, usize> = park.edges.iter().enumerate().map(|(row, edge)| (edge.id, row)).collect();
    let nodes: BTreeMap<_, usize> = park.nodes.iter().enumerate().map(|(row, node)| (node.id, row)).collect();
    let row = |finding: &super::topology::Finding| {
        let edge = edges.get(&finding.feature).copied();
        let node = nodes.get(&finding.feature).map(|row| park.nodes[*row].provenance.key.as_str());
        let key = edge.map(|row| park.edges[row].provenance.key.as_str()).or(node);
        let cells = vec![
            key.into(),
            said(finding.what.as_str()),
            doubt(finding.what).into(),
            finding.what.apart_m().into(),
            Some(finding.place[0]).into(),
            Some(finding.place[1]).into(),
        ];
        Row { slot: edge, cells }
    };
    Sheet {
        name: "topology",
        title,
        notes,
        target: Some(FeatureKind::NetworkEdge),
        columns: vec![
            text("feature", words!("head-line-or-point", "line or point")),
            text("code", words!("head-code", "code")).in_files(),
            text("doubt", words!("head-doubt", "in doubt")),
            Column::new("apart_m", words!("head-apart", "apart"), "m", Holds::Number(2)),
            Column::new("x", words!("head-east", "east"), "m", Holds::Number(1)),
            Column::new("y", words!("head-north", "north"), "m", Holds::Number(1)),
        ],
        rows: topology.findings.iter().map(row).collect(),
    }
}

/// Whether a kind of node is one that people look for at the end of a trace.
pub const fn is_end(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Outfall | NodeKind::Source | NodeKind::Tank)
}
