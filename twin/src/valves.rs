//! `twin valves`: how valves and switches stand, as somebody saw them; traces and isolations of that day and later go by it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use analysis::network::Settings;
use analysis::network::isolation::{Observed, observed_in};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use spatial_db::model::{NetworkClass, NetworkNode, ParkSnapshot, ValveObservation};

use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;
use crate::print;
use crate::progress::Progress;

/// Arguments of `twin valves`.
#[derive(Debug, Args)]
#[command(after_help = "docs/networks.md says how states are used.\n\nExamples:\n  \
    twin valves set qingxi JS-V3 closed --by \"Li Na, walk of 12 May\" --seen 2026-05-12\n  \
    twin valves load qingxi walk.csv      (columns valve,state,seen,by)\n  \
    twin valves list qingxi --as-of 2026-06-30")]
pub(crate) struct ValveGroup {
    /// What to do
    #[command(subcommand)]
    what: What,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum What {
    /// Tell how one valve stands
    Set(SetArguments),
    /// Take states in from a spreadsheet: all of it or nothing
    Load(LoadArguments),
    /// List how each valve stood when it was last seen
    List(ListArguments),
}

/// Arguments of `twin valves set`.
#[derive(Debug, Args)]
struct SetArguments {
    /// Short name of the park (`twin parks` lists them)
    park: String,
    /// Key of the valve or switch; NETWORK:KEY where valves of several networks have it, such as gas:V1
    valve: String,
    /// How it stands
    #[arg(value_enum)]
    state: StateName,
    /// Who or what saw it
    #[arg(long)]
    by: String,
    /// When: a day, or a moment such as 2026-05-12T09:30:00+08:00; now if not given
    #[arg(long, value_parser = moment)]
    seen: Option<DateTime<Utc>>,
}

/// Arguments of `twin valves load`.
#[derive(Debug, Args)]
struct LoadArguments {
    /// Short name of the park (`twin parks` lists them)
    park: String,
    /// CSV file with a head, in UTF-8 or GBK: valve, state (open, closed, stuck-open, stuck-closed, unknown), seen, by
    file: PathBuf,
}

/// Arguments of `twin valves list`.
#[derive(Debug, Args)]
struct ListArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    park: String,
    /// As it was known on that day; today if not given
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// How a valve stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    /// Open, and can be closed
    Open,
    /// Closed
    Closed,
    /// Open, and cannot be closed
    StuckOpen,
    /// Closed, and cannot be opened
    StuckClosed,
    /// Looked for, and not known
    Unknown,
}

impl StateName {
    /// How far open, and whether it is stuck.
    const fn kept(self) -> (Option<f64>, bool) {
        match self {
            Self::Open => (Some(1.0), false),
            Self::Closed => (Some(0.0), false),
            Self::StuckOpen => (Some(1.0), true),
            Self::StuckClosed => (Some(0.0), true),
            Self::Unknown => (None, false),
        }
    }
}

/// A day counts from its first moment, in UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    let moment = DateTime::parse_from_rfc3339(text);
    moment.map(|moment| moment.to_utc()).map_err(|_| {
        format!("`{text}` is neither a day such as 2026-05-12 nor a moment such as 2026-05-12T09:30:00+08:00")
    })
}

pub(crate) fn run(group: &ValveGroup) -> Result<(), Failure> {
    match &group.what {
        What::Set(arguments) => set(arguments),
        What::Load(arguments) => load(arguments),
        What::List(arguments) => list(arguments),
    }
}

fn set(arguments: &SetArguments) -> Result<(), Failure> {
    let (open_fraction, stuck) = arguments.state.kept();
    let observed = arguments.seen.unwrap_or_else(Utc::now);
    let (node_key, source) = (arguments.valve.clone(), arguments.by.clone());
    put(&arguments.park, vec![ValveObservation { node_key, observed, open_fraction, stuck, source }], &|_| None)
}

fn load(arguments: &LoadArguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let unread = |source| Failure::ValveFile { path: path.clone(), source };
    let text = text_of(&std::fs::read(path).map_err(unread)?).map_err(unread)?;
    let states = rows(&text).map_err(|(row, reason)| refused(path, row, reason))?;
    put(&arguments.park, states, &|at| Some((path.clone(), at + 2)))
}

/// Text in UTF-8 or whatever imports recognise.
fn text_of(bytes: &[u8]) -> std::io::Result<String> {
    let unknown =
        || std::io::Error::new(std::io::ErrorKind::InvalidData, "its text is in no encoding that is recognised");
    importers::reader::small_text(bytes).ok_or_else(unknown)
}

fn refused(path: &Path, row: usize, reason: String) -> Failure {
    Failure::ValveRow { path: path.to_path_buf(), row, reason }
}

/// States out of a spreadsheet; row and reason where one cannot be read. Rows count from 1, the head is the first.
fn rows(text: &str) -> Result<Vec<ValveObservation>, (usize, String)> {
    let text = text.trim_start_matches('\u{feff}');
    let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = csv.headers().map_err(|error| (1, error.to_string()))?.clone();
    let column = |name: &str| {
        let at = head.iter().position(|head| head.eq_ignore_ascii_case(name));
        at.ok_or_else(|| (1, format!("it has no column `{name}`: valve, state, seen and by are needed")))
    };
    let [valve, state, seen, by] = [column("valve")?, column("state")?, column("seen")?, column("by")?];
    let mut states = Vec::new();
    for (at, record) in csv.records().enumerate() {
        let row = at + 2;
        let record = record.map_err(|error| (row, error.to_string()))?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let name = StateName::from_str(&cell(state).replace('_', "-"), true).map_err(|_| {
            let known = "open, closed, stuck-open, stuck-closed or unknown";
            (row, format!("`{}` is no state: write {known}", cell(state)))
        })?;
        let (open_fraction, stuck) = name.kept();
        let observed = moment(cell(seen)).map_err(|reason| (row, reason))?;
        for (said, what) in [(cell(valve), "valve"), (cell(by), "by")] {
            if said.is_empty() {
                return Err((row, format!("`{what}` is empty")));
            }
        }
        let (node_key, source) = (cell(valve).to_owned(), cell(by).to_owned());
        states.push(ValveObservation { node_key, observed, open_fraction, stuck, source });
    }
    Ok(states)
}

/// Writes states whose keys all name valves; `row_of` gives file and row of one for the word about those that do not.
fn put(
    park: &str,
    mut states: Vec<ValveObservation>,
    row_of: &dyn Fn(usize) -> Option<(PathBuf, usize)>,
) -> Result<(), Failure> {
    let mut store = store()?;
    let snapshot = store.snapshot(park)?;
    let settings = Settings::shipped();
    for (at, state) in states.iter_mut().enumerate() {
        state.node_key = kept_as(&snapshot, &settings, &state.node_key).map_err(|names| {
            let key = state.node_key.clone();
            match (row_of(at), names) {
                (Some((path, row)), None) => refused(&path, row, format!("`{key}` is no valve or switch of the park")),
                (Some((path, row)), Some(names)) => {
                    refused(&path, row, format!("`{key}` is a valve of several networks; write one of: {names}"))
                }
                (None, None) => Failure::NoSuchValve { park: park.to_owned(), key },
                (None, Some(names)) => Failure::SeveralValves { park: park.to_owned(), key, names },
            }
        })?;
    }
    let changed = store.put_valve_states(park, &states)?;
    print::line(format!("{changed} of {} states are new or changed", states.len()))
}

/// The valves and switches of a park.
fn valves<'p>(park: &'p ParkSnapshot, settings: &Settings) -> impl Iterator<Item = &'p NetworkNode> {
    park.nodes.iter().filter(move |node| settings.device(node).is_some())
}

/// What the state of a valve is kept under: its key, with its network before it where valves of others have the same. Where the key
/// names none, `None`; where it names several, what to write instead.
fn kept_as(park: &ParkSnapshot, settings: &Settings, written: &str) -> Result<String, Option<String>> {
    let networks = |key: &str| -> BTreeSet<NetworkClass> {
        valves(park, settings).filter(|node| node.provenance.key == key).map(|node| node.class).collect()
    };
    let of = networks(written);
    if of.len() > 1 {
        let names: Vec<String> = of.iter().map(|class| format!("{}:{written}", class.as_str())).collect();
        return Err(Some(names.join(", ")));
    }
    if of.len() == 1 {
        return Ok(written.to_owned());
    }
    let Some((class, key)) = written.split_once(':') else { return Err(None) };
    let Some(class) = NetworkClass::parse(class) else { return Err(None) };
    let of = networks(key);
    match (of.contains(&class), of.len()) {
        (false, _) => Err(None),
        (true, 1) => Ok(key.to_owned()),
        (true, _) => Ok(written.to_owned()),
    }
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let progress = Progress::new(false);
    let loaded = Origin::of(&arguments.park).load(false, &progress);
    progress.finish();
    let (park, _) = loaded?;
    let as_of = arguments.as_of.unwrap_or_else(|| Utc::now().date_naive());
    let settings = Settings::shipped();
    let seen = NetworkClass::ALL.map(|class| observed_in(&park, class, &settings, as_of));
    let mut valves: Vec<&NetworkNode> = valves(&park, &settings).collect();
    valves.sort_by(|a, b| (a.class, &a.provenance.key).cmp(&(b.class, &b.provenance.key)));
    let of = |node: &NetworkNode| -> Option<&Observed<'_>> {
        let class = NetworkClass::ALL.iter().position(|class| *class == node.class)?;
        seen[class].get(node.provenance.key.as_str())
    };
    if arguments.json {
        let valve = |node: &&NetworkNode| {
            let seen = of(node);
            json!({
                "valve": node.provenance.key,
                "class": node.class,
                "state": seen.map_or("unknown", |seen| seen.state.as_str()),
                "seen": seen.map(|seen| seen.seen),
                "by": seen.map(|seen| seen.source),
            })
        };
        let valves: Vec<serde_json::Value> = valves.iter().map(valve).collect();
        return print::json(&json!({ "park": park.park.slug, "as_of": as_of, "valves": valves }));
    }
    let known = valves.iter().filter(|node| of(node).is_some()).count();
    let row = |node: &&NetworkNode| {
        let seen = of(node);
        vec![
            node.provenance.key.clone(),
            node.class.as_str().to_owned(),
            seen.map_or("unknown", |seen| seen.state.as_str()).to_owned(),
            seen.map_or_else(|| "–".to_owned(), |seen| seen.seen.format("%Y-%m-%d %H:%M").to_string()),
            seen.map_or_else(|| "–".to_owned(), |seen| seen.source.to_owned()),
        ]
    };
    let rows: Vec<Vec<String>> = valves.iter().map(row).collect();
    let heads = ["valve", "network", "state", "seen (UTC)", "by"].map(str::to_owned);
    print::line(print::aligned(&heads, &rows, &[false; 5]).trim_end())?;
    print::line(format!("{known} of {} valves and switches have a state on record by {as_of}", valves.len()))
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{NodeKind, Park, Provenance};

    use super::*;

    #[test]
    fn a_spreadsheet_of_states_is_read_or_its_row_is_named() {
        let text = "\u{feff}Valve,State,Seen,By\nv1,closed,2026-05-12,Li Na\nv2, stuck_open ,2026-05-12T09:30:00+08:00,walk\nv3,unknown,2026-01-01,x\n";
        let states = rows(text).unwrap();
        let told: Vec<(Option<f64>, bool)> = states.iter().map(|state| (state.open_fraction, state.stuck)).collect();
        assert_eq!(told, [(Some(0.0), false), (Some(1.0), true), (None, false)]);
        assert_eq!(states[1].observed.to_rfc3339(), "2026-05-12T01:30:00+00:00");
        let bad = |line: &str| rows(&format!("valve,state,seen,by\nv,open,2026-05-12,x\n{line}\n")).unwrap_err();
        assert_eq!(bad("v,half,2026-05-12,x").0, 3);
        assert!(bad("v,open,12.5.2026,x").1.contains("12.5.2026"));
        assert!(bad(",open,2026-05-12,x").1.contains("`valve` is empty"));
        assert!(rows("valve,state,seen\n").unwrap_err().1.contains("`by`"));
    }

    #[test]
    fn a_spreadsheet_in_gbk_is_read() {
        let mut bytes = b"valve,state,seen,by\nv1,closed,2026-05-12,".to_vec();
        // 李娜 in GBK.
        bytes.extend([0xC0, 0xEE, 0xC4, 0xC8, b'\n']);
        let states = rows(&text_of(&bytes).unwrap()).unwrap();
        assert_eq!(states[0].source, "李娜");
        assert!(text_of(&[0xEF, 0xBB, 0xBF, 0xFF, 0xFF]).is_err(), "it says UTF-8 and is not");
    }

    #[test]
    fn a_key_of_two_networks_is_asked_back() {
        let node = |id: i64, key: &str, class: NetworkClass, kind: NodeKind| {
            let provenance = Provenance { key: key.into(), ..Provenance::default() };
            NetworkNode::bare(id, provenance, class, kind, [0.0; 3])
        };
        let mut park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        let (water, gas) = (NetworkClass::Water, NetworkClass::Gas);
        let valve = NodeKind::Valve;
        park.nodes = vec![
            node(1, "V1", water, valve),
            node(2, "V1", gas, valve),
            node(3, "V2", gas, valve),
            // What is no valve asks nothing back.
            node(4, "V2", water, NodeKind::Manhole),
        ];
        let settings = Settings::shipped();
        let kept = |written: &str| kept_as(&park, &settings, written);
        assert_eq!(kept("V1").unwrap_err().as_deref(), Some("water:V1, gas:V1"));
        for (written, as_) in [("gas:V1", "gas:V1"), ("gas:V2", "V2"), ("V2", "V2")] {
            assert_eq!(kept(written).unwrap(), as_, "{written}");
        }
        for written in ["water:V2", "V3", "steam:V1"] {
            assert_eq!(kept(written).unwrap_err(), None, "{written}");
        }
    }
}
