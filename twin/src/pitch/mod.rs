//! `twin pitch`: what a park has for a prospect, why, on a page, and in a package that can be given away.

mod arguments;
mod brief;
mod drawing;
mod given;
mod light;
mod list;
mod pack;
mod pictures;
mod record;
mod tour;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use analysis::network::capacity::CapacityRules;
use analysis::rules::RuleSet;
use analysis::siting::{Ground, Match, NetworkSupplies, PitchFile, Supplies};
use chrono::NaiveDate;
use spatial_db::cache::Cache;
use spatial_db::model::{ParkSnapshot, Presence};
use spatial_db::package::Whitelist;
use twin_engine::Language;

pub(crate) use arguments::PitchGroup;
use arguments::{Asked, PitchVerb};

use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::origin::Origin;
use crate::progress::Progress;
use crate::rules::tables;

pub(crate) fn run(group: &PitchGroup) -> Result<(), Failure> {
    match &group.what {
        PitchVerb::Match(arguments) => list::run(arguments),
        PitchVerb::Explain(arguments) => list::explain(arguments),
        PitchVerb::Brief(arguments) => brief::run(arguments),
        PitchVerb::Pack(arguments) => pack::run(arguments),
        PitchVerb::Unpack(arguments) => pack::unpack(arguments),
        PitchVerb::Record(arguments) => record::run(arguments),
        PitchVerb::Log(arguments) => record::log(arguments),
        PitchVerb::Unmet(arguments) => crate::report::unmet::run(arguments),
    }
}

/// Folder of the pitches that ship, from where the command runs.
const SHIPPED: &str = "scenes";

/// Folders of the pitches that the window offers: beside a package, those that ship, and those in the data directory.
pub(crate) fn folders(park: Origin<'_>) -> Vec<PathBuf> {
    let beside = match park {
        // A bare name lies where the command runs.
        Origin::Package(path) => path.parent().map(|folder| Path::new(".").join(folder)),
        Origin::Store(_) => None,
    };
    let own = data_dir().ok().map(|folder| folder.join("pitches"));
    beside.into_iter().chain([PathBuf::from(SHIPPED)]).chain(own).collect()
}

/// A pitch and the park that it is held against.
struct Opened {
    file: PitchFile,
    cache: Arc<Cache>,
    rules: RuleSet,
    presence: Presence,
    capacities: CapacityRules,
    as_of: NaiveDate,
    language: Language,
}

impl Opened {
    fn of(asked: &Asked) -> Result<Self, Failure> {
        let file = read(&asked.file)?;
        let progress = Progress::new(false);
        let loaded = Origin::of(&asked.park).load(false, &progress);
        progress.finish();
        let (snapshot, _) = loaded?;
        let as_of = asked.as_of.or(snapshot.park.as_of).unwrap_or_else(|| chrono::Local::now().date_naive());
        Ok(Self {
            file,
            presence: Presence::on(&snapshot, as_of),
            capacities: tables().capacity.clone(),
            cache: Arc::new(Cache::build(snapshot)),
            rules: tables().land.clone(),
            as_of,
            language: asked.lang.map_or_else(Language::from_environment, Into::into),
        })
    }

    fn park(&self) -> &Arc<ParkSnapshot> {
        self.cache.snapshot()
    }

    /// What a prospect may see on the day.
    fn whitelist(&self) -> Whitelist {
        Whitelist { as_of: Some(self.as_of), ..Whitelist::PROSPECT }
    }

    /// The park as a prospect may see it.
    fn shown(&self) -> ParkSnapshot {
        self.whitelist().redacted(self.park())
    }

    /// What the networks have left, with what is promised in the ten years to come.
    fn supplies(&self) -> NetworkSupplies<'_> {
        let until = self.as_of.checked_add_months(chrono::Months::new(120)).unwrap_or(self.as_of);
        NetworkSupplies::of(self.park(), &self.presence, &tables().topology, &self.capacities, until)
    }

    fn ground(&self) -> Ground<'_> {
        Ground::of(&self.cache, &self.rules, &tables().siting, self.as_of)
    }
}

/// The pitch in a file.
fn read(path: &Path) -> Result<PitchFile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::PitchFile { path: path.to_owned(), source })?;
    PitchFile::parse(&text).map_err(|source| Failure::PitchWrong { path: path.to_owned(), source: Box::new(source) })
}

/// What the park has, held against the pitch.
fn held<'g, 'a>(
    ground: &'g Ground<'a>,
    opened: &'g Opened,
    supplies: &'g dyn Supplies,
    path: &Path,
) -> Result<Match<'g, 'a>, Failure> {
    Match::of(ground, &opened.file, supplies)
        .map_err(|source| Failure::PitchWrong { path: path.to_owned(), source: Box::new(source) })
}

/// The site that a person named, the best if none.
fn chosen(matched: &Match<'_, '_>, site: Option<&str>) -> Result<u32, Failure> {
    let best = matched.rank(&matched.weights());
    let Some(named) = site else {
        return best
            .first()
            .map(|place| place.candidate)
            .ok_or_else(|| Failure::NoSite { site: "of any kind".to_owned(), some: "none".to_owned() });
    };
    let names: Vec<&str> = named.split('+').map(str::trim).collect();
    matched.find(&names).ok_or_else(|| {
        let some = best
            .iter()
            .take(5)
            .map(|place| matched.name(&matched.candidates[place.candidate as usize]).to_string().replace(" + ", "+"));
        Failure::NoSite { site: named.to_owned(), some: some.collect::<Vec<_>>().join(", ") }
    })
}
