//! `twin trace`: ways through a network, and what a break takes.

use analysis::network::answers::{IsolationRows, Network, Told, valves_told};
use analysis::network::trace::Way;
use clap::{Args, ValueEnum};
use spatial_db::model::{NetworkClass, Presence};

use super::Asked;
use super::write::{Outgoing, beside};
use crate::failure::Failure;
use crate::rules::tables;

/// Arguments of `twin trace`.
#[derive(Debug, Args)]
#[command(after_help = "docs/networks.md says how networks are joined and how answers come about.\n\nExamples:\n  \
    twin trace downstream qingxi --class drainage --from YS363\n  \
    twin trace isolate qingxi --class water --from SS71-SS8 --stuck SS769 --format json\n  \
    twin trace isolate qingxi --class power --from GD451-GD69 --off GD388\n  \
    twin trace isolate qingxi --class water --from SS71-SS8 --rows lines --format gpkg --out dry.gpkg\n  \
    twin trace critical qingxi --class water --format csv --out critical.csv")]
pub(crate) struct TraceArguments {
    /// What to trace
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    asked: Asked,
    /// Which network
    #[arg(long, value_enum)]
    class: ClassName,
    /// Key of the line or point where it begins or breaks; may be given several times. Where a point and a line have the same key,
    /// line:KEY, point:KEY or LAYER:KEY says which
    #[arg(long, value_name = "KEY", required_if_eq_any([
        ("kind", "connected"), ("kind", "upstream"), ("kind", "downstream"), ("kind", "path"), ("kind", "isolate"),
        ("kind", "fed"),
    ]))]
    from: Vec<String>,
    /// Key of the line or point where a path ends
    #[arg(long, value_name = "KEY", required_if_eq("kind", "path"))]
    to: Option<String>,
    /// Key of a valve that is closed; may be given several times
    #[arg(long, value_name = "KEY")]
    closed: Vec<String>,
    /// Key of a switch that is off; may be given several times
    #[arg(long, value_name = "KEY")]
    off: Vec<String>,
    /// Key of a valve that is open and cannot be closed, or a switch that is on and cannot be switched off; may be given several times
    #[arg(long, value_name = "KEY")]
    stuck: Vec<String>,
    /// Which rows of an isolation the table, the spreadsheet and the map layer hold; JSON holds all
    #[arg(long, value_enum, default_value = "steps")]
    rows: RowsName,
    /// For `critical`: as if a valve or switch stood at both ends of every line
    #[arg(long)]
    valves_everywhere: bool,
}

/// What can be traced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Everything that hangs together
    Connected,
    /// What flows to it
    Upstream,
    /// Where it flows
    Downstream,
    /// The shortest way to `--to`
    Path,
    /// Lines that lie on loops
    Loops,
    /// What a source or tank feeds
    Fed,
    /// Valves to close or switches to switch off for a break, and who loses supply
    Isolate,
    /// What a break in every line would take, the worst first
    Critical,
    /// What was in doubt when the lines were joined
    Topology,
}

/// Rows of an isolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RowsName {
    /// Valves and switches, and the hydrants and connections that lose supply
    Steps,
    /// Lines shut off or without supply
    Lines,
    /// Buildings without supply
    Buildings,
}

/// Networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ClassName {
    /// Water supply
    Water,
    /// Storm, sewage, combined
    Drainage,
    /// Gas
    Gas,
    /// Heat
    Heat,
    /// Power
    Power,
    /// Telecom
    Telecom,
    /// Industrial pipes
    Industrial,
    /// Others
    Other,
}

impl From<ClassName> for NetworkClass {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Water => Self::Water,
            ClassName::Drainage => Self::Drainage,
            ClassName::Gas => Self::Gas,
            ClassName::Heat => Self::Heat,
            ClassName::Power => Self::Power,
            ClassName::Telecom => Self::Telecom,
            ClassName::Industrial => Self::Industrial,
            ClassName::Other => Self::Other,
        }
    }
}

impl From<RowsName> for IsolationRows {
    fn from(name: RowsName) -> Self {
        match name {
            RowsName::Steps => Self::Steps,
            RowsName::Lines => Self::Lines,
            RowsName::Buildings => Self::Buildings,
        }
    }
}

pub(crate) fn run(arguments: &TraceArguments) -> Result<(), Failure> {
    let (park, as_of) = arguments.asked.load()?;
    let told = Told { closed: &arguments.closed, off: &arguments.off, stuck: &arguments.stuck };
    let told = valves_told(&park, arguments.class.into(), told)?;
    let (settings, there) = (&tables().topology, Presence::on(&park, as_of));
    let network = Network::of(&park, &there, arguments.class.into(), settings, told)?;
    let from = &arguments.from;
    let answer = match arguments.kind {
        Kind::Connected => network.trace(from, Way::Connected)?,
        Kind::Upstream => network.trace(from, Way::Upstream)?,
        Kind::Downstream => network.trace(from, Way::Downstream)?,
        Kind::Path => network.path(&from[0], arguments.to.as_deref().unwrap_or_default())?,
        Kind::Loops => network.loops(),
        Kind::Fed => network.fed(&from[0])?,
        Kind::Isolate => network.isolate(from, arguments.rows.into())?,
        Kind::Critical => network.critical(arguments.valves_everywhere),
        Kind::Topology => network.doubts(),
    };
    Outgoing { asked: &arguments.asked, park: &park, as_of, sheet: &answer.sheet }
        .write(|text| beside(&answer.told, &answer.sheet, text))
}
