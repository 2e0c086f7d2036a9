//! `twin valves`: how valves and switches stand, as somebody saw them; traces and isolations of that day and later go by it.
//!
//! A valve is open or closed and a switch on or off: a closed valve lets nothing pass and a closed switch lets current pass, so neither is
//! told in the words of the other. Both are kept as how far open they are: 1 lets pass.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use analysis::network::Settings;
use analysis::network::isolation::{Gear, Observed, observed_in};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use spatial_db::model::{NetworkClass, NetworkNode, ParkSnapshot, ValveObservation};

use crate::failure::Failure;
use crate::origin::Origin;
use crate::parks::store;
use crate::print;
use crate::progress::Progress;
use crate::rules::tables;

/// Arguments of `twin valves`.
#[derive(Debug, Args)]
#[command(after_help = "docs/networks.md says how states are used.\n\nExamples:\n  \
    twin valves set qingxi SS769 closed --by \"Li Na, walk of 12 May\" --seen 2026-05-12\n  \
    twin valves set qingxi GD388 off --by \"switching log\"      (a switch is on or off, never open or closed)\n  \
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
    /// Tell how one valve or switch stands
    Set(SetArguments),
    /// Take states in from a spreadsheet: all of it or nothing
    Load(LoadArguments),
    /// List how each valve and switch stood when it was last seen
    List(ListArguments),
}

/// Arguments of `twin valves set`.
#[derive(Debug, Args)]
struct SetArguments {
    /// Short name of the park (`twin parks` lists them)
    park: String,
    /// Key of the valve or switch; NETWORK:KEY where valves of several networks have it, such as gas:V1
    valve: String,
    /// How it stands: a valve open or closed, a switch on or off
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
    /// CSV file with a head, in UTF-8 or GBK: valve, state (of a valve open, closed, stuck-open, stuck-closed; of a switch on, off,
    /// stuck-on, stuck-off; of either unknown), seen, by
    file: PathBuf,
}

/// Arguments of `twin valves list`.
#[derive(Debug, Args)]
struct ListArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    park: String,
    /// As it was known on that day; today if not given
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day)]
    as_of: Option<NaiveDate>,
    /// Print one JSON object instead of words
    #[arg(long)]
    json: bool,
}

/// How a valve or switch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    /// Of a valve: open, and can be closed
    Open,
    /// Of a valve: closed, nothing passes
    Closed,
    /// Of a valve: open, and cannot be closed
    StuckOpen,
    /// Of a valve: closed, and cannot be opened
    StuckClosed,
    /// Of a switch: on, current passes, and can be switched off
    On,
    /// Of a switch: off, no current passes
    Off,
    /// Of a switch: on, and cannot be switched off
    StuckOn,
    /// Of a switch: off, and cannot be switched on
    StuckOff,
    /// Looked for, and not known
    Unknown,
}

impl StateName {
    /// How far open, and whether it is stuck.
    const fn kept(self) -> (Option<f64>, bool) {
        match self {
            Self::Open | Self::On => (Some(1.0), false),
            Self::Closed | Self::Off => (Some(0.0), false),
            Self::StuckOpen | Self::StuckOn => (Some(1.0), true),
            Self::StuckClosed | Self::StuckOff => (Some(0.0), true),
            Self::Unknown => (None, false),
        }
    }

    /// What it is said of; `None` where of both.
    const fn said_of(self) -> Option<Gear> {
        match self {
            Self::Open | Self::Closed | Self::StuckOpen | Self::StuckClosed => Some(Gear::Valve),
            Self::On | Self::Off | Self::StuckOn | Self::StuckOff => Some(Gear::Switch),
            Self::Unknown => None,
        }
    }

    /// As it is written.
    const fn written(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::StuckOpen => "stuck-open",
            Self::StuckClosed => "stuck-closed",
            Self::On => "on",
            Self::Off => "off",
            Self::StuckOn => "stuck-on",
            Self::StuckOff => "stuck-off",
            Self::Unknown => "unknown",
        }
    }

    /// Why it is not taken of what stands at a key. Which of its own words was meant nobody can tell: both are named.
    fn not_of(self, gear: Gear, key: &str) -> String {
        let said = self.written();
        let (_, stuck) = self.kept();
        match (gear, stuck) {
            (Gear::Switch, false) => format!(
                "`{key}` is a switch, and `{said}` is not taken: a closed switch lets current pass, a closed valve lets nothing pass; \
                 write `on` (current passes) or `off` (no current passes)"
            ),
            (Gear::Switch, true) => format!(
                "`{key}` is a switch, and `{said}` is not taken: a closed switch lets current pass, a closed valve lets nothing pass; \
                 write `stuck-on` (current passes) or `stuck-off` (no current passes)"
            ),
            (Gear::Valve, false) => format!(
                "`{key}` is a valve, and `{said}` is said of switches; write `open` (it lets pass) or `closed` (nothing passes)"
            ),
            (Gear::Valve, true) => format!(
                "`{key}` is a valve, and `{said}` is said of switches; write `stuck-open` (it lets pass) or `stuck-closed` (nothing passes)"
            ),
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
    let state = ValveObservation { node_key, observed, open_fraction, stuck, source };
    put(&arguments.park, vec![(arguments.state, state)], &|_| None)
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

/// States out of a spreadsheet, each with its word; row and reason where one cannot be read. Rows count from 1, the head is the
/// first.
fn rows(text: &str) -> Result<Vec<(StateName, ValveObservation)>, (usize, String)> {
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
            let of_valve = "open, closed, stuck-open, stuck-closed or unknown";
            let of_switch = "on, off, stuck-on, stuck-off or unknown";
            (row, format!("`{}` is no state: write {of_valve}, of a switch {of_switch}", cell(state)))
        })?;
        let (open_fraction, stuck) = name.kept();
        let observed = moment(cell(seen)).map_err(|reason| (row, reason))?;
        for (said, what) in [(cell(valve), "valve"), (cell(by), "by")] {
            if said.is_empty() {
                return Err((row, format!("`{what}` is empty")));
            }
        }
        let (node_key, source) = (cell(valve).to_owned(), cell(by).to_owned());
        states.push((name, ValveObservation { node_key, observed, open_fraction, stuck, source }));
    }
    Ok(states)
}

/// Writes states whose keys all name valves or switches, in words that fit them; `row_of` gives file and row of one for the word about
/// those that do not.
fn put(
    park: &str,
    told: Vec<(StateName, ValveObservation)>,
    row_of: &dyn Fn(usize) -> Option<(PathBuf, usize)>,
) -> Result<(), Failure> {
    let mut store = store()?;
    let snapshot = store.snapshot(park)?;
    // Looked up once: a file may tell of as many valves as a city has.
    let gears = Gears::of(&snapshot, &tables().topology);
    let mut states = Vec::with_capacity(told.len());
    for (at, (name, mut state)) in told.into_iter().enumerate() {
        let written = state.node_key.clone();
        state.node_key = gears.kept_as(&state.node_key).map_err(|names| {
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
        if let Some(gear) = gears.wrong_for(name, &state.node_key) {
            let reason = name.not_of(gear, &written);
            return Err(match row_of(at) {
                Some((path, row)) => refused(&path, row, reason),
                None => Failure::ValveWord(reason),
            });
        }
        states.push(state);
    }
    let changed = store.put_valve_states(park, &states)?;
    print::line(format!("{changed} of {} states are new or changed", states.len()))
}

/// The valves and switches of a park.
fn valves<'p>(park: &'p ParkSnapshot, settings: &Settings) -> impl Iterator<Item = &'p NetworkNode> {
    park.nodes.iter().filter(move |node| settings.device(node).is_some())
}

/// What stands at the keys of a park: valves or switches.
struct Gears<'p>(HashMap<&'p str, Vec<(NetworkClass, Gear)>>);

impl<'p> Gears<'p> {
    fn of(park: &'p ParkSnapshot, settings: &Settings) -> Self {
        let mut gears: HashMap<&'p str, Vec<(NetworkClass, Gear)>> = HashMap::new();
        for node in valves(park, settings) {
            gears.entry(&node.provenance.key).or_default().push((node.class, Gear::of(node)));
        }
        Self(gears)
    }

    /// What stands at a key that a state is kept under, where the word of the state is none of it.
    fn wrong_for(&self, name: StateName, kept: &str) -> Option<Gear> {
        let said_of = name.said_of()?;
        let of = |key: &str, class: Option<NetworkClass>| -> Vec<Gear> {
            let all = self.0.get(key).into_iter().flatten();
            all.filter(|(of, _)| class.is_none_or(|class| class == *of)).map(|(_, gear)| *gear).collect()
        };
        let mut gears = of(kept, None);
        if gears.is_empty() {
            let (class, key) = kept.split_once(':')?;
            gears = of(key, Some(NetworkClass::parse(class)?));
        }
        // Of several points with one key it is enough that the word fits one.
        if gears.contains(&said_of) { None } else { gears.first().copied() }
    }

    /// The networks whose valves or switches have a key.
    fn networks(&self, key: &str) -> BTreeSet<NetworkClass> {
        self.0.get(key).into_iter().flatten().map(|(class, _)| *class).collect()
    }

    /// What the state of a valve is kept under: its key, with its network before it where valves of others have the same. Where the
    /// key names none, `None`; where it names several, what to write instead.
    fn kept_as(&self, written: &str) -> Result<String, Option<String>> {
        let of = self.networks(written);
        if of.len() > 1 {
            let names: Vec<String> = of.iter().map(|class| format!("{}:{written}", class.as_str())).collect();
            return Err(Some(names.join(", ")));
        }
        if of.len() == 1 {
            return Ok(written.to_owned());
        }
        let Some((class, key)) = written.split_once(':') else { return Err(None) };
        let Some(class) = NetworkClass::parse(class) else { return Err(None) };
        let of = self.networks(key);
        match (of.contains(&class), of.len()) {
            (false, _) => Err(None),
            (true, 1) => Ok(key.to_owned()),
            (true, _) => Ok(written.to_owned()),
        }
    }
}

fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let progress = Progress::new(false);
    let loaded = Origin::of(&arguments.park).load(false, &progress);
    progress.finish();
    let (park, _) = loaded?;
    let as_of = arguments.as_of.unwrap_or_else(|| Utc::now().date_naive());
    let settings = &tables().topology;
    let seen = NetworkClass::ALL.map(|class| observed_in(&park, class, settings, as_of));
    let mut valves: Vec<&NetworkNode> = valves(&park, settings).collect();
    valves.sort_by(|a, b| (a.class, &a.provenance.key).cmp(&(b.class, &b.provenance.key)));
    let of = |node: &NetworkNode| -> Option<&Observed<'_>> {
        let class = NetworkClass::ALL.iter().position(|class| *class == node.class)?;
        seen[class].get(node.provenance.key.as_str())
    };
    let state = |node: &NetworkNode| of(node).map_or("unknown", |seen| seen.state.as_str(Gear::of(node)));
    if arguments.json {
        let valve = |node: &&NetworkNode| {
            let seen = of(node);
            json!({
                "valve": node.provenance.key,
                "class": node.class,
                "state": state(node),
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
            state(node).to_owned(),
            seen.map_or_else(|| "–".to_owned(), |seen| seen.seen.format("%Y-%m-%d %H:%M").to_string()),
            seen.map_or_else(|| "–".to_owned(), |seen| seen.source.to_owned()),
        ]
    };
    let rows: Vec<Vec<String>> = valves.iter().map(row).collect();
    let heads = ["valve or switch", "network", "state", "seen (UTC)", "by"].map(str::to_owned);
    print::line(print::aligned(&heads, &rows, &[false; 5]).trim_end())?;
    print::line(format!("{known} of {} valves and switches have a state on record by {as_of}", valves.len()))
}

#[cfg(test)]
mod tests {
    use StateName::{Closed, Off, On, Open, StuckClosed, StuckOff, StuckOn, StuckOpen, Unknown};
    use spatial_db::model::{NodeKind, Park, Provenance};

    use super::*;

    #[test]
    fn a_spreadsheet_of_states_is_read_or_its_row_is_named() {
        let text = "\u{feff}Valve,State,Seen,By\nv1,closed,2026-05-12,Li Na\nv2, stuck_open ,2026-05-12T09:30:00+08:00,walk\nv3,unknown,2026-01-01,x\n";
        let states = rows(text).unwrap();
        let told = states.iter().map(|(_, state)| (state.open_fraction, state.stuck));
        assert_eq!(told.collect::<Vec<_>>(), [(Some(0.0), false), (Some(1.0), true), (None, false)]);
        assert_eq!(states[1].1.observed.to_rfc3339(), "2026-05-12T01:30:00+00:00");
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
        assert_eq!(states[0].1.source, "李娜");
        assert!(text_of(&[0xEF, 0xBB, 0xBF, 0xFF, 0xFF]).is_err(), "it says UTF-8 and is not");
    }

    #[test]
    fn states_of_switches_are_kept_by_what_passes() {
        let states = rows(
            "valve,state,seen,by\ns,on,2026-05-12,x\ns,off,2026-05-12,x\ns,stuck_on,2026-05-12,x\ns,stuck-off,2026-05-12,x\n",
        );
        let told: Vec<_> = states.unwrap().iter().map(|(_, state)| (state.open_fraction, state.stuck)).collect();
        assert_eq!(told, [(Some(1.0), false), (Some(0.0), false), (Some(1.0), true), (Some(0.0), true)]);
        for name in StateName::value_variants() {
            assert_eq!(StateName::from_str(name.written(), false).as_ref(), Ok(name), "as the command takes it");
        }
    }

    #[test]
    fn the_word_for_a_valve_is_refused_of_a_switch_and_the_other_way_round() {
        let node = |id: i64, key: &str, class: NetworkClass, kind: NodeKind| {
            let provenance = Provenance { key: key.into(), ..Provenance::default() };
            NetworkNode::bare(id, provenance, class, kind, [0.0; 3])
        };
        let mut park = ParkSnapshot::empty(Park::made_up("p", "P", 4549));
        park.nodes = vec![
            node(1, "V1", NetworkClass::Water, NodeKind::Valve),
            node(2, "S1", NetworkClass::Power, NodeKind::Switch),
            node(3, "S2", NetworkClass::Telecom, NodeKind::Switch),
            // One key of two networks: which is meant is told with it.
            node(4, "X", NetworkClass::Gas, NodeKind::Valve),
            node(5, "X", NetworkClass::Power, NodeKind::Switch),
        ];
        let settings = Settings::shipped();
        let gears = Gears::of(&park, &settings);
        for name in [Open, Closed, StuckOpen, StuckClosed] {
            assert_eq!(["V1", "gas:X"].map(|key| gears.wrong_for(name, key)), [None; 2], "{name:?}");
            assert_eq!(
                ["S1", "S2", "power:X"].map(|key| gears.wrong_for(name, key)),
                [Some(Gear::Switch); 3],
                "{name:?}"
            );
        }
        for name in [On, Off, StuckOn, StuckOff] {
            assert_eq!(["S1", "S2", "power:X"].map(|key| gears.wrong_for(name, key)), [None; 3], "{name:?}");
            assert_eq!(["V1", "gas:X"].map(|key| gears.wrong_for(name, key)), [Some(Gear::Valve); 2], "{name:?}");
        }
        assert_eq!(["V1", "S1"].map(|key| gears.wrong_for(Unknown, key)), [None; 2]);
        let said = Closed.not_of(Gear::Switch, "S1");
        assert!(["`S1`", "`closed`", "`on`", "`off`"].iter().all(|word| said.contains(word)), "{said}");
        let said = StuckOff.not_of(Gear::Valve, "V1");
        assert!(["`V1`", "`stuck-off`", "`stuck-closed`"].iter().all(|word| said.contains(word)), "{said}");
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
        let gears = Gears::of(&park, &Settings::shipped());
        let kept = |written: &str| gears.kept_as(written);
        assert_eq!(kept("V1").unwrap_err().as_deref(), Some("water:V1, gas:V1"));
        for (written, as_) in [("gas:V1", "gas:V1"), ("gas:V2", "V2"), ("V2", "V2")] {
            assert_eq!(kept(written).unwrap(), as_, "{written}");
        }
        for written in ["water:V2", "V3", "steam:V1"] {
            assert_eq!(kept(written).unwrap_err(), None, "{written}");
        }
    }
}
