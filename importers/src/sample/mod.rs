//! The sample park: a believable industrial park, made up from a seed and written as the files a park office holds.
//!
//! The same options give the same bytes. Reading the files back is left to the importer.

mod blocks;
mod compounds;
mod dice;
mod emergency;
mod enterprises;
mod error;
mod land_records;
mod layout;
mod lot;
mod massing;
mod networks;
mod parcels;
mod park;
mod place;
mod plane;
mod projects;
mod site;
mod stories;
mod street_names;
mod streets;
mod surfaces;
mod terrain;
mod works;
mod write;
mod zoning;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use error::SampleError;

use networks::{Ground, KINDS};
use park::Park;
use stories::Story;

/// Fewest parcels that make a park with all its parts.
pub const FEWEST_PARCELS: usize = 40;
/// Up to this many parcels networks come with connections to every parcel, unless told otherwise.
pub const CONNECTED_PARCELS: usize = 20_000;

/// What park to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleOptions {
    /// Seed; the same seed gives the same park.
    pub seed: u64,
    /// Number of parcels, [`FEWEST_PARCELS`] or more. 200 parcels make about 2.3 km².
    pub parcels: usize,
    /// Whether networks connect every parcel and have all their chambers; `None`: up to [`CONNECTED_PARCELS`].
    pub connections: Option<bool>,
}

impl Default for SampleOptions {
    fn default() -> Self {
        Self { seed: 1, parcels: 200, connections: None }
    }
}

/// How far the work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleProgress {
    /// What is being done, in words.
    pub step: &'static str,
    /// Steps done before it.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleSummary {
    /// The manifest to import.
    pub manifest: PathBuf,
    /// Seed.
    pub seed: u64,
    /// Area of the park, km².
    pub area_km2: f64,
    /// Parcels, without the rows that are wrong on purpose.
    pub parcels: usize,
    /// Buildings and structures.
    pub buildings: usize,
    /// Enterprises.
    pub enterprises: usize,
    /// Tenancies.
    pub tenancies: usize,
    /// Land contracts.
    pub contracts: usize,
    /// Land events.
    pub events: usize,
    /// Projects in the office's ledger.
    pub projects: usize,
    /// Network points.
    pub network_points: usize,
    /// Network lines.
    pub network_lines: usize,
    /// Street centre lines.
    pub roads: usize,
    /// Patches of ground cover.
    pub surfaces: usize,
    /// Emergency resources.
    pub emergency_resources: usize,
    /// Hazard sources.
    pub hazard_sources: usize,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Make a sample park in the folder `dir`, which must be absent, empty or hold an earlier sample park.
///
/// The folder appears when all files are complete; `progress` hears of each step.
///
/// # Errors
/// [`SampleError`] when the options make no park, the folder holds something else, or writing fails.
pub fn generate(
    dir: &Path,
    options: &SampleOptions,
    progress: &dyn Fn(&SampleProgress),
) -> Result<SampleSummary, SampleError> {
    if options.parcels < FEWEST_PARCELS {
        return Err(SampleError::TooFewParcels { parcels: options.parcels, fewest: FEWEST_PARCELS });
    }
    let draft = place::Draft::begin(dir)?;
    let mut summary = make(draft.path(), options, progress)?;
    summary.bytes = draft.bytes()?;
    summary.manifest = draft.finish(dir)?.join(&summary.manifest);
    Ok(summary)
}

fn make(dir: &Path, options: &SampleOptions, progress: &dyn Fn(&SampleProgress)) -> Result<SampleSummary, SampleError> {
    let total = 5 + KINDS.len();
    let mut done = 0;
    let mut step = |words: &'static str| {
        progress(&SampleProgress { step: words, done, total });
        done += 1;
    };
    step("laying out streets and parcels");
    let seed = options.seed;
    let layout = layout::Layout::new(seed, options.parcels);
    let mut streets = streets::Streets::grid(&layout);
    let blocks = blocks::cut_blocks(&layout, &mut streets, options.parcels);
    let parcels = parcels::divide_blocks(&layout, &streets, &blocks, options.parcels);
    let terrain = terrain::Terrain::new(&layout, streets.decks(&layout));

    step("building");
    let massing = massing::build(seed, &parcels, &streets, &terrain);
    let residents = enterprises::settle(seed, &parcels, &massing);
    let register = land_records::register(seed, &parcels, &residents);
    let covers = surfaces::cover(&layout, &streets, &blocks, &parcels, &massing);
    let hazards = emergency::hazards(&parcels, &massing);
    let served: Vec<bool> = parcels
        .iter()
        .map(|parcel| {
            matches!(
                parcel.story,
                Story::Operating | Story::FirstPhase | Story::Closed | Story::OldUse | Story::Building | Story::Public
            )
        })
        .collect();

    let mut park = Park {
        seed,
        layout: &layout,
        streets: &streets,
        terrain: &terrain,
        parcels: &parcels,
        massing: &massing,
        residents: &residents,
        register: &register,
        projects: projects::ledger(seed, &parcels, &residents, &register),
        covers,
        hazards,
        resources: Vec::new(),
        centre_lines: streets.centre_lines(&layout),
    };
    let sparse = !options.connections.unwrap_or(options.parcels <= CONNECTED_PARCELS);
    let ground = Ground {
        seed,
        layout: &layout,
        streets: &streets,
        terrain: &terrain,
        parcels: &parcels,
        served: &served,
        sparse,
    };
    let mut surveyed = Vec::new();
    let mut loose_lines = 0;
    for (k, kind) in KINDS.into_iter().enumerate() {
        step("laying networks");
        let network = networks::lay(kind, &ground);
        if kind.class == "water" {
            park.resources = emergency::resources(&layout, &streets, &blocks, &parcels, &network);
        }
        let loose = write::write_network(dir, k, &network)?;
        surveyed.push((kind.code, network.points.len(), network.pipes.len() + loose));
        loose_lines += loose;
    }

    step("writing the base map");
    let mut blemishes = write::write_base(dir, &park)?;
    blemishes.loose_lines = loose_lines;
    step("writing the manifest");
    let manifest = write::write_papers(dir, &park, blemishes, &surveyed)?;
    step("done");
    let (w, h) = layout.extent();
    Ok(SampleSummary {
        manifest: manifest.file_name().map(PathBuf::from).unwrap_or_default(),
        seed,
        area_km2: w * h / 1e6,
        parcels: parcels.len(),
        buildings: massing.buildings.len(),
        enterprises: residents.enterprises.len(),
        tenancies: residents.tenancies.len(),
        contracts: register.contracts.len(),
        events: register.events.len(),
        projects: park.projects.len(),
        network_points: surveyed.iter().map(|s| s.1).sum(),
        network_lines: surveyed.iter().map(|s| s.2).sum(),
        roads: park.centre_lines.len(),
        surfaces: park.covers.len(),
        emergency_resources: park.resources.len(),
        hazard_sources: park.hazards.len(),
        bytes: 0,
    })
}
