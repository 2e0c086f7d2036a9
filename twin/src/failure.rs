//! What ends a verb early, with the hint and the exit code that go with it.

mod causes;
mod refused;

use std::path::PathBuf;

use miette::Diagnostic;

pub(crate) use refused::{CrowdAsked, Refused};

/// Exit code of a program that Ctrl-C ended, as shells count.
pub(crate) const INTERRUPTED: u8 = 130;

/// Any failure of a verb. Printed once, with its causes.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub(crate) enum Failure {
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used", path.display())]
    #[diagnostic(help("set TWIN_DATA_DIR to a folder you can write to"))]
    DataDir {
        /// Folder.
        path: PathBuf,
        source: std::io::Error,
    },
    /// No place for data.
    #[error("neither TWIN_DATA_DIR nor HOME is set, so there is no place to keep the database")]
    #[diagnostic(help("set TWIN_DATA_DIR to a folder you can write to"))]
    NoHome,
    /// `twin view` without a park, and none was shown before.
    #[error("no park was named, and none was shown before")]
    #[diagnostic(help("name one: `twin view <park>` or `twin view park.gpkg`; `twin parks` lists them"))]
    NoPark,
    /// `twin view` without a park, and the package that was shown before is not there.
    #[error("no park was named, and the package that was shown last is gone: {}", path.display())]
    #[diagnostic(help("name a park or a package: `twin view <park>` or `twin view park.gpkg`"))]
    LastGone {
        /// The package.
        path: PathBuf,
    },
    /// `twin db start|stop` while another server is named.
    #[error("TWIN_DATABASE_URL names a server of yours; twin neither starts nor stops it")]
    #[diagnostic(help("unset TWIN_DATABASE_URL to use the private server"))]
    NotOurServer,
    /// The private server.
    #[error("the private database server")]
    Cluster { source: Box<spatial_db::cluster::ClusterError> },
    /// The store.
    #[error("the database")]
    Store { source: Box<spatial_db::store::StoreError> },
    /// The park package.
    #[error("the park package")]
    Package { source: Box<spatial_db::package::PackageError> },
    /// `--overlay changes` on a package.
    #[error("{} holds one moment of its park, and the overlay changes compares two", path.display())]
    #[diagnostic(help("name the park in the database instead; every other overlay can be shown from the package"))]
    ChangesOfPackage {
        /// The package.
        path: PathBuf,
    },
    /// A file of states of valves.
    #[error("the file {} cannot be read", path.display())]
    ValveFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A key that valves of several networks have.
    #[error("`{key}` is a valve of several networks of the park {park}; write one of: {names}")]
    SeveralValves {
        /// Park.
        park: String,
        /// Key.
        key: String,
        /// What to write instead.
        names: String,
    },
    /// A row of a file of states of valves.
    #[error("{}, row {row}: {reason}", path.display())]
    #[diagnostic(help("nothing was taken in; mend the row and load the file again"))]
    ValveRow {
        /// File.
        path: PathBuf,
        /// Row, from 1.
        row: usize,
        /// What is wrong.
        reason: String,
    },
    /// The state of a switch in the words of valves, or the other way round.
    #[error("{0}")]
    ValveWord(String),
    /// A key that names no valve.
    #[error("`{key}` is no valve or switch of the park {park}")]
    #[diagnostic(help("`twin valves list {park}` lists them"))]
    NoSuchValve {
        /// Park.
        park: String,
        /// Key.
        key: String,
    },
    /// The import.
    #[error("nothing was imported from {}", manifest.display())]
    Import {
        /// Manifest.
        manifest: PathBuf,
        /// What to do.
        #[help]
        hint: Option<String>,
        source: Box<importers::ImportError>,
    },
    /// A limit in the environment is no number.
    #[error(transparent)]
    Limit {
        #[from]
        source: importers::reader::BadLimit,
    },
    /// The import may or may not have been committed.
    #[error("whether {} was imported is not known", manifest.display())]
    #[diagnostic(help("`twin runs` lists the runs that were committed; importing again is harmless"))]
    ImportUnknown {
        /// Manifest.
        manifest: PathBuf,
        source: Box<importers::ImportError>,
    },
    /// The issues.
    #[error("the issues were not exported")]
    Export { source: Box<importers::ExportError> },
    /// Nothing could be looked at.
    #[error("the files could not be looked at")]
    Inspect { source: importers::inspect::InspectError },
    /// Some files could not be read; the others were reported.
    #[error("{} could not be read", list(files))]
    Unreadable {
        /// The files.
        files: Vec<PathBuf>,
        /// What to do about each.
        #[help]
        fix: String,
    },
    /// A manifest is there already.
    #[error("{} is there already, and was left as it is", path.display())]
    #[diagnostic(help("give another name with --out, or --force to overwrite it"))]
    ManifestThere {
        /// The manifest.
        path: PathBuf,
    },
    /// A manifest cannot be written.
    #[error("the manifest {} cannot be written", path.display())]
    ManifestWrite {
        /// The manifest.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A draft in which nothing can be imported yet.
    #[error("{} was written, but no layer in it can be imported yet", path.display())]
    #[diagnostic(help(
        "each layer stands in it commented out with the reason; complete what it asks for, or name more files"
    ))]
    NothingUnderstood {
        /// The manifest.
        path: PathBuf,
    },
    /// The sample park.
    #[error("the sample park was not written to {}", dir.display())]
    Sample {
        /// Folder.
        dir: PathBuf,
        source: Box<importers::sample::SampleError>,
    },
    /// The engine.
    #[error("the twin could not be drawn")]
    Engine { source: Box<twin_engine::EngineError> },
    /// The system gives no thread.
    #[error("the park cannot be read in the background")]
    Background { source: std::io::Error },
    /// A scene file cannot be read.
    #[error("the scene {} cannot be read", path.display())]
    SceneFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A picture with an orthophoto was asked for, and the park has none.
    #[error("park {park} has no orthophoto")]
    #[diagnostic(help(
        "add a layer with `role = \"imagery\"` to its manifest and import it again, or leave --imagery out"
    ))]
    NoImagery {
        /// The park.
        park: String,
    },
    /// A scene is wrong.
    #[error("the scene {} cannot be used", path.display())]
    #[diagnostic(help("scenes/README.md describes the format"))]
    Scene {
        /// File.
        path: PathBuf,
        source: twin_engine::SceneError,
    },
    /// Two scenes of a package have one name.
    #[error("{} would be the second scene called {name:?} in the package", path.display())]
    #[diagnostic(help("give the file another name"))]
    SceneTwice {
        /// The second file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A scene names an overlay that there is not.
    #[error("the scene {} names the overlay {overlay:?}; there are: {known}", path.display())]
    SceneOverlay {
        /// File.
        path: PathBuf,
        /// What it names.
        overlay: String,
        /// Those that there are.
        known: String,
    },
    /// A film was asked for without a tour, and nothing was kept in the window.
    #[error("park {park} has no bookmarks to make a film of; looked for {}", path.display())]
    #[diagnostic(help("keep views in the window with Ctrl+B, or name a tour file with --tour (scenes/README.md)"))]
    NoBookmarks {
        /// The park.
        park: String,
        /// Where they would be.
        path: PathBuf,
    },
    /// There is no film.
    #[error("the film could not be made")]
    Film { source: Box<twin_engine::FilmError> },
    /// A file to attach cannot be read, or one attached not be written.
    #[error("the file {} cannot be used", path.display())]
    CaseFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// An entry of a case without a file.
    #[error("entry {entry} of case {case} has no file")]
    #[diagnostic(help("`twin case show` lists the entries"))]
    NoCaseFile {
        /// Case.
        case: i64,
        /// Entry.
        entry: i32,
    },
    /// No entry has the hash that was noted.
    #[error("no entry has the hash that was asked for")]
    #[diagnostic(help(
        "compare it with the one noted: if that is right, what is on record is not what was recorded then"
    ))]
    HashNotThere,
    /// A report would take the place of a park package.
    #[error("{} is a park package", path.display())]
    #[diagnostic(help("name another file for the report"))]
    OverPackage {
        /// File.
        path: PathBuf,
    },
    /// Two files of typed-in figures for one park.
    #[error("{} has figures of park {park}, of which another file has some already", path.display())]
    #[diagnostic(help("put them into one file"))]
    InputsTwice {
        /// File.
        path: PathBuf,
        /// Park.
        park: String,
    },
    /// A park named twice in a district.
    #[error("district {district} names park {park} twice")]
    #[diagnostic(help("name it once: its land would count twice"))]
    MemberTwice {
        /// District.
        district: String,
        /// Park.
        park: String,
    },
    /// Cases are not as they were recorded.
    #[error("what is on record of {} was tampered with", cases.iter().map(|case| format!("case {case}")).collect::<Vec<_>>().join(", "))]
    #[diagnostic(help(
        "only the owner of the tables or a superuser of the database can do that: compare with a backup, and keep this one"
    ))]
    CasesBroken {
        /// The cases.
        cases: Vec<i64>,
    },
    /// There is no glTF file.
    #[error("the glTF file could not be made")]
    Gltf { source: Box<twin_engine::GltfError> },
    /// `--overlay changes` without saying between what.
    #[error("the overlay changes compares two moments, and none are named")]
    #[diagnostic(help(
        "add `--manifest park.toml` for what an import would change, or `--run N` for what a run changed"
    ))]
    ChangesOfWhat,
    /// A manifest of another park.
    #[error("the manifest {} is of park {found:?}, not {asked:?}", manifest.display())]
    OtherPark {
        /// Manifest.
        manifest: PathBuf,
        /// Park in it.
        found: String,
        /// Park asked for.
        asked: String,
    },
    /// The file for the changes cannot be written.
    #[error("the changes could not be written to {}", path.display())]
    ChangesFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// There is no such scheme.
    #[error("there is no scheme {name:?}; there are: {known}")]
    #[diagnostic(help("name one of them, or a scheme file (docs/planner.md describes the format)"))]
    NoScheme {
        /// What was named.
        name: String,
        /// The shipped ones.
        known: String,
    },
    /// No such parcel on that day.
    #[error("park {park} has no parcel {parcel} on {as_of}")]
    #[diagnostic(help("give its number or its key, for example {some}; `twin report land --all` lists all"))]
    NoParcel {
        /// As asked for.
        parcel: String,
        /// Park.
        park: String,
        /// Day.
        as_of: chrono::NaiveDate,
        /// Some that there are.
        some: String,
    },
    /// A page could not be made.
    #[error("the page could not be made")]
    Page { source: askama::Error },
    /// A picture of a page could not be made.
    #[error("a picture of the page could not be made")]
    PagePicture { source: image::ImageError },
    /// A scheme file cannot be read.
    #[error("the scheme {} cannot be read", path.display())]
    SchemeFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A scheme is wrong.
    #[error("the scheme {} cannot be used", path.display())]
    #[diagnostic(help("docs/planner.md describes the format"))]
    SchemeWrong {
        /// File.
        path: PathBuf,
        source: analysis::land::scheme::SchemeError,
    },
    /// A file that a person wrote for a report cannot be read.
    #[error("{} cannot be read", path.display())]
    EvaluationFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A scheme, inputs or reference figures are wrong.
    #[error("{} cannot be used", path.display())]
    #[diagnostic(help("docs/evaluation.md describes schemes, inputs and reference figures"))]
    EvaluationWrong {
        /// File.
        path: PathBuf,
        source: Box<analysis::evaluation::EvaluationError>,
    },
    /// A scenario is wrong.
    #[error("the scenario {} cannot be used", path.display())]
    #[diagnostic(help("docs/scenarios.md describes scenarios"))]
    ScenarioWrong {
        /// File.
        path: PathBuf,
        source: Box<analysis::scenario::ScenarioError>,
    },
    /// A pitch file cannot be read.
    #[error("the pitch {} cannot be read", path.display())]
    PitchFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A pitch is wrong.
    #[error("the pitch {} cannot be used", path.display())]
    #[diagnostic(help("docs/pitch.md describes pitches"))]
    PitchWrong {
        /// File.
        path: PathBuf,
        source: Box<analysis::siting::PitchError>,
    },
    /// No such site among those that are offered.
    #[error("the park offers no site {site}")]
    #[diagnostic(help(
        "give the number of a vacant parcel, of several joined with + between, or the key of a building with empty floor; for example {some}"
    ))]
    NoSite {
        /// As asked for.
        site: String,
        /// Some that there are.
        some: String,
    },
    /// A weight for what is no wish.
    #[error("need {need} of the pitch is no wish, so that it has no weight")]
    #[diagnostic(help("count the needs in the file from 1; musts have no weight"))]
    NoWish {
        /// Number of the need, from 1.
        need: usize,
    },
    /// A package that was just written cannot be read again.
    #[error("the package {} cannot be read again", path.display())]
    GivenFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A package made from a package: it would give away what the first leaves out, or nothing new.
    #[error("{} is a package; what may be given away is taken from the park in the database", path.display())]
    #[diagnostic(help("name the park: `twin parks` lists them"))]
    PitchOfPackage {
        /// The package.
        path: PathBuf,
    },
    /// A package about floor in a building.
    #[error("{site} is floor in a building, and a package is made of land: names and keys of buildings stay out of it")]
    #[diagnostic(help("write the page alone with `twin pitch brief`, or name a vacant parcel"))]
    PitchOfFloor {
        /// The site.
        site: String,
    },
    /// A site on record that the park does not have.
    #[error("the park {park} has no parcel or building {site}")]
    #[diagnostic(help(
        "give the number or key of a parcel, of several joined with + between, or the key of a building"
    ))]
    NoSuchSite {
        /// As it was given.
        site: String,
        /// Short name of the park.
        park: String,
    },
    /// A scene that names what may not be given away.
    #[error("the scene {scene} names {word}, which may not be given away")]
    #[diagnostic(help("take it out of the names and captions of the scene, or leave the scene at home"))]
    SceneTells {
        /// Its name.
        scene: String,
        /// What it names.
        word: String,
    },
    /// A package, where the record of prospects is asked for.
    #[error("{} is a package; who asked for what is on record in the database alone", path.display())]
    #[diagnostic(help("name the park: `twin parks` lists them"))]
    RecordOfPackage {
        /// The package.
        path: PathBuf,
    },
    /// A package that carries no brief.
    #[error("{} carries no brief", path.display())]
    #[diagnostic(help("`twin pitch pack` writes packages with one"))]
    NoBrief {
        /// The package.
        path: PathBuf,
    },
    /// A tour of a park that carries none.
    #[error("there is no tour to begin with")]
    #[diagnostic(help("`twin pitch pack` and `twin pack --scene some.tour.ron` put one into a package"))]
    NoTour,
    /// Inputs or a district name a park that the report is not on.
    #[error("the park {park} is not among those of the report")]
    #[diagnostic(help("name it among the parks, or leave it out of --district and --inputs"))]
    NotReported {
        /// Its short name.
        park: String,
    },
    /// A scenario for several parks.
    #[error("a scenario is for one park")]
    #[diagnostic(help("name one park with --scenario"))]
    ScenarioOfSeveral,
    /// Parcels of several parks or dates.
    #[error("parcels are listed for one park and one date")]
    #[diagnostic(help("name one park and one date with --parcels or --format gpkg"))]
    ParcelsOfSeveral,
    /// Clusters as a map.
    #[error("industries have no place on a map")]
    #[diagnostic(help("use --format table, csv or json"))]
    NoMapOfClusters,
    /// A model of an emergency gives no number.
    #[error("there is no answer")]
    #[diagnostic(help("docs/emergency.md has the range and the source of every model; `--help` names them too"))]
    Hazard {
        #[from]
        source: analysis::emergency::hazard::HazardError,
    },
    /// An evacuation cannot be worked out.
    #[error("there is no answer")]
    #[diagnostic(help("docs/emergency.md has the ranges and sources"))]
    Evacuation {
        #[from]
        source: analysis::emergency::evacuation::EvacuationError,
    },
    /// A drill file or its log is wrong.
    #[error("the drill {} cannot be used", path.display())]
    #[diagnostic(help("{help}"))]
    DrillWrong {
        /// File.
        path: PathBuf,
        help: analysis::words::Words,
        source: Box<analysis::emergency::drill::DrillError>,
    },
    /// A report cannot be written.
    #[error("the report could not be written to {}", path.display())]
    ReportFile {
        /// File.
        path: PathBuf,
        source: std::io::Error,
    },
    /// A question about a network that has no answer.
    #[error("the network")]
    #[diagnostic(help(
        "keys are those of the park's lines and points: `twin view` shows them, `twin trace topology` lists what is in doubt"
    ))]
    Network { source: analysis::network::answers::AnswerError },
    /// No pressures.
    #[error("the water network gives no pressures")]
    #[diagnostic(help("docs/hydraulics.md says what EPANET needs; `--head KEY=METRES` gives the head of a source"))]
    Hydraulics {
        #[from]
        source: analysis::network::hydraulics::HydraulicsError,
    },
    /// A model file that cannot be used.
    #[error("the model {} cannot be used", path.display())]
    #[diagnostic(help("EPANET 2.0 to 2.3 write such files (.inp); `twin import` brings one in as a park"))]
    ModelFile {
        /// File.
        path: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No capacity.
    #[error("there is no answer")]
    #[diagnostic(help("docs/capacity.md describes resources and places"))]
    Capacity {
        #[from]
        source: analysis::network::capacity::CapacityError,
    },
    /// A place that nobody named.
    #[error("which place is meant?")]
    #[diagnostic(help("name it with --parcel KEY, --point E,N or --node KEY"))]
    NoPlace,
    /// A table of a network that cannot be used.
    #[error("the table {} cannot be used", path.display())]
    #[diagnostic(help("analysis/rules/networks/{table}.toml is the one that ships: copy it and change its rows"))]
    NetworkTable {
        /// File.
        path: PathBuf,
        /// Name of the one that ships.
        table: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A depth below a ground that is not known.
    #[error("the park's terrain does not reach every corner of the pit, so its depth says no elevation")]
    #[diagnostic(help("give the elevation of the floor with --floor"))]
    NoGround,
    /// A pit that is none.
    #[error("the pit")]
    #[diagnostic(help("--outline takes the corners in order round the pit, \"x,y x,y x,y\", in the park's metres"))]
    Pit { source: analysis::network::permit::PitError },
    /// A key that names no line.
    #[error("the park has no line `{key}` on {on}")]
    NoSuchLine {
        /// Day.
        on: chrono::NaiveDate,
        /// Key.
        key: String,
    },
    /// Rule tables of a user's own, or a scenario that is to be accepted.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refused(#[from] Refused),
    /// The internal reader broke; its parent reports it.
    #[error("the source reader stopped: {reason}")]
    Reader {
        /// Why.
        reason: String,
    },
    /// Standard output is gone.
    #[error("the result could not be printed")]
    Print {
        #[from]
        source: std::io::Error,
    },
}

fn list(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}
