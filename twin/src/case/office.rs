//! What the window asks of cases, parcels and scenarios: entries as `twin case` records them, files out of them, a parcel's dossier, a
//! scenario made the record.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use analysis::words::Words;
use spatial_db::model::Case;
use spatial_db::store::{Recording, Store};
use twin_engine::{AcceptOrder, Accepted, CaseDeed, CaseOffice, CaseOrder, DossierOrder, Language};

use super::{read, today};
use crate::failure::Failure;
use crate::origin::Origin;
use crate::past::{Address, not_reached};
use crate::said::{in_a_line, in_words};

/// How often it is asked whether a page is still wanted.
const ASKS: Duration = Duration::from_millis(50);

/// Records in the database that the window follows, each time over a connection of its own.
#[derive(Debug)]
struct Office {
    /// Short name of the park, or path of a package.
    park: String,
    address: Address,
    /// Schemes that land is held against, as `--scheme` takes them, in the window's order.
    schemes: Vec<String>,
}

/// Whoever records in the cases of `park`, accepts scenarios for it and writes its dossiers. `schemes` are those to choose from, as `--scheme` takes them.
pub(crate) fn office(park: &str, address: Address, schemes: Vec<String>) -> Arc<dyn CaseOffice> {
    Arc::new(Office { park: park.to_owned(), address, schemes })
}

impl Office {
    fn store(&self) -> Result<Store, Words> {
        let url = self.address.get().ok_or_else(not_reached)?;
        Store::connect(url).map_err(|error| told(&error.into()))
    }

    /// One entry, as the command makes it: what may be recorded is the store's to say.
    fn enter(&self, store: &mut Store, order: &CaseOrder) -> Result<Case, Failure> {
        let CaseOrder { by, day, note, reason, deed } = order;
        let day = day.unwrap_or_else(today);
        let said = Recording { by: by.clone(), day, note: note.clone(), reason: reason.clone() };
        let park = self.park.as_str();
        let case = match deed {
            CaseDeed::Open { parcel, contract } => store.open_case(park, parcel, contract.as_deref(), &said),
            CaseDeed::Note { case } => store.add_note(park, *case, &said),
            CaseDeed::Step { case, to, cause } => store.record_step(park, *case, *to, *cause, &said),
            CaseDeed::Attach { case, path } => store.attach(park, *case, &read(path)?, &said),
            CaseDeed::Deadline { case, due } => store.set_deadline(park, *case, *due, &said),
        };
        Ok(case?)
    }

    /// The command that writes a dossier: a process of its own takes the memory of its pictures with it.
    fn command(&self, order: &DossierOrder) -> std::io::Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["report", "dossier", "--out"]).arg(&order.out);
        command.args(["--lang", if order.language == Language::Chinese { "zh" } else { "en" }]);
        if let Some(scheme) = self.schemes.get(order.scheme) {
            command.args(["--scheme", scheme]);
        }
        if let Some(day) = order.day {
            command.args(["--as-of", &day.to_string()]);
        }
        // A key may begin with a hyphen.
        command.args(["--", &self.park, &order.parcel]);
        // Its schemes are named as they stand in the tables that this window goes by.
        crate::rules::pass_on(&mut command);
        Ok(command)
    }
}

impl CaseOffice for Office {
    fn keeps_cases(&self) -> bool {
        matches!(Origin::of(&self.park), Origin::Store(_))
    }

    fn who(&self) -> Option<String> {
        std::env::var("TWIN_BY").ok().filter(|name| !name.trim().is_empty())
    }

    fn record(&self, order: &CaseOrder) -> Result<(i64, i32), Words> {
        let mut store = self.store()?;
        let case = self.enter(&mut store, order).map_err(|failure| told(&failure))?;
        Ok((case.case_id, case.events.last().map_or(0, |event| event.seq)))
    }

    fn file(&self, case: i64, entry: i32) -> Result<Vec<u8>, Words> {
        let bytes = self.store()?.case_file(&self.park, case, entry).map_err(|error| told(&error.into()))?;
        bytes.ok_or_else(|| told(&Failure::NoCaseFile { case, entry }))
    }

    fn accept(&self, order: &AcceptOrder, stop: &Arc<AtomicBool>) -> Result<Accepted, Words> {
        let mut store = self.store()?;
        crate::scenario::for_window(&mut store, &self.park, order, stop).map_err(|failure| told(&failure))
    }

    fn dossier(&self, order: &DossierOrder, stop: &AtomicBool) -> Result<(), String> {
        let (status, complaint) =
            self.command(order).and_then(|command| ended(command, stop)).map_err(|error| error.to_string())?;
        if status.success() {
            return Ok(());
        }
        // Laid out for a terminal; here it is one line.
        Err(complaint.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// How a process ended, and what it complained of. It is ended where `stop` is set before: what it writes is there whole or not at all.
fn ended(mut command: Command, stop: &AtomicBool) -> std::io::Result<(ExitStatus, String)> {
    let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let reader = process.stderr.take().map(|mut from| {
        std::thread::spawn(move || {
            let mut said = Vec::new();
            // What could be read is told.
            let _ = from.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        })
    });
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break status;
        }
        if stop.load(Ordering::Relaxed) {
            process.kill()?;
            break process.wait()?;
        }
        std::thread::sleep(ASKS);
    };
    Ok((status, reader.and_then(|reader| reader.join().ok()).unwrap_or_default()))
}

/// A failure with its causes; in English with what to do about it, in one line.
fn told(failure: &Failure) -> Words {
    let said = in_words(failure);
    let line = in_a_line(&said, Language::English);
    match said.hint {
        // What to do about it is said in the other language too.
        Some(hint) if said.message.key().is_some() && hint.key().is_some() => {
            analysis::words!("failure-with-advice", "{message} ({advice})", message = said.message, advice = hint)
                .in_english(line)
        }
        _ => said.message.in_english(line),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use chrono::NaiveDate;
    use geo::{MultiPolygon, Rect, coord};
    use spatial_db::cluster::scratch::ScratchDatabase;
    use spatial_db::model::{CaseState, Cause, FeatureKind};
    use spatial_db::schema::{Record, Shape, Table, Value};
    use spatial_db::store::{LoadOptions, ParkHeader};

    use super::*;

    /// A park of one parcel, `p1`, in a database of its own.
    fn database() -> ScratchDatabase {
        let database = ScratchDatabase::create().expect("a scratch database");
        let mut store = database.store().expect("a store");
        let header = ParkHeader {
            slug: "p".to_owned(),
            name: "P".to_owned(),
            srid: 25832,
            synthetic: true,
            attribution: None,
            licence: None,
            as_of: NaiveDate::from_ymd_opt(2024, 5, 17),
        };
        let table = Table::of(FeatureKind::Parcel).expect("a table");
        let (low, high) = (coord! { x: 400_000.0, y: 5_300_000.0 }, coord! { x: 400_100.0, y: 5_300_100.0 });
        let parcel = Record {
            key: "p1".to_owned(),
            shape: Some(Shape::planar(MultiPolygon(vec![Rect::new(low, high).to_polygon()]).into())),
            values: table.columns.iter().map(|_| Value::Null).collect(),
            attributes: serde_json::Map::new(),
            source_row: 1,
        };
        let mut load = store.begin_load(&header, LoadOptions::default()).expect("a load");
        let mut rows = std::iter::once(Ok(parcel));
        load.layer(table, "parcels", "test.gpkg", &mut rows, &mut |_| {}).expect("a layer");
        load.commit(&serde_json::json!({})).expect("a commit");
        database
    }

    fn order(deed: CaseDeed) -> CaseOrder {
        CaseOrder { by: "王工".into(), day: None, note: Some("looked at it".into()), reason: None, deed }
    }

    #[test]
    fn the_window_records_what_the_command_records_and_is_refused_what_it_is() {
        let database = database();
        let address = Address::default();
        let office = office("p", Arc::clone(&address), Vec::new());
        let open = || order(CaseDeed::Open { parcel: "p1".into(), contract: None });
        assert_eq!(office.record(&open()).unwrap_err(), "the database is not reached yet");
        address.set(database.url()).expect("told once");

        assert_eq!(office.record(&open()), Ok((1, 1)));
        assert!(office.record(&open()).unwrap_err().contains("case 1 is open on parcel p1 already"));
        let step = |to, cause| order(CaseDeed::Step { case: 1, to, cause });
        let early = office.record(&step(CaseState::Disposal, None)).unwrap_err();
        assert!(early.contains("is suspected and cannot become disposal") && early.contains("next can be"), "{early}");
        assert_eq!(office.record(&step(CaseState::Investigation, None)), Ok((1, 2)));
        let alone = office.record(&step(CaseState::Determined, None)).unwrap_err();
        assert!(alone.contains("determined with its cause"), "{alone}");
        assert_eq!(office.record(&step(CaseState::Determined, Some(Cause::Holder))), Ok((1, 3)));

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("现场.txt");
        std::fs::write(&path, "no photograph, but a file").expect("a file");
        assert_eq!(office.record(&order(CaseDeed::Attach { case: 1, path })), Ok((1, 4)));
        assert_eq!(office.file(1, 4).expect("its bytes"), b"no photograph, but a file");
        assert!(office.file(1, 3).unwrap_err().contains("has no file"));
        let gone = PathBuf::from("/nowhere/site.jpg");
        assert!(
            office.record(&order(CaseDeed::Attach { case: 1, path: gone })).unwrap_err().contains("/nowhere/site.jpg")
        );
        let late = CaseOrder { day: NaiveDate::from_ymd_opt(2020, 1, 1), ..order(CaseDeed::Note { case: 1 }) };
        assert!(office.record(&late).unwrap_err().contains("reason"), "nothing is back-dated silently");

        // What is on record is what was accepted, and nobody can tell it from what the command recorded.
        let mut store = database.store().expect("a store");
        let case = store.case("p", 1).expect("the case");
        assert_eq!((case.state(), case.cause(), case.events.len()), (CaseState::Determined, Some(Cause::Holder), 4));
        assert!(case.events.iter().all(|event| event.recorded_by == "王工"));
        assert!(store.verify_case("p", 1, None).expect("its chain").is_intact());
    }

    #[test]
    fn the_window_accepts_a_scenario_as_one_run_after_a_trial_that_writes_nothing() {
        let database = database();
        let address = Address::default();
        let office = office("p", Arc::clone(&address), Vec::new());
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("plan.scenario.ron");
        let edit = "change_use(parcel: \"p1\", scheme: \"planning-2023\", code: \"100101\")";
        let plan = format!("(format_version: 1, name: \"plan\", park: \"p\", edits: [{edit}])");
        std::fs::write(&file, &plan).expect("a file");
        let order = |trial: bool, drawn_on| AcceptOrder {
            file: file.clone(),
            sha256: spatial_db::hash::sha256(plan.as_bytes()),
            by: "王工".into(),
            reason: "plan 2027-14".into(),
            drawn_on,
            trial,
        };
        let wanted = Arc::default();
        assert_eq!(office.accept(&order(true, None), &wanted).unwrap_err(), "the database is not reached yet");
        address.set(database.url()).expect("told once");
        let mut store = database.store().expect("a store");
        let use_of = |store: &mut Store| store.snapshot("p").expect("the park").parcels[0].land_use_code.clone();

        let trial = office.accept(&order(true, None), &wanted).expect("a trial");
        assert_eq!((trial.run, trial.drawn_on), (None, 1));
        assert!(matches!(trial.changes[..], [(FeatureKind::Parcel, 1, _)]), "{trial:?}");
        assert_eq!((store.runs("p").expect("the runs").len(), use_of(&mut store)), (1, None), "nothing was written");

        let given_up =
            office.accept(&order(false, Some(trial.drawn_on)), &Arc::new(AtomicBool::new(true))).unwrap_err();
        assert!(given_up.contains("cancelled; nothing was written"), "{given_up}");
        // Another hand changes the file between what was shown and what is written.
        std::fs::write(&file, plan.replace("100101", "100102")).expect("a file");
        let changed = office.accept(&order(false, Some(trial.drawn_on)), &wanted).unwrap_err();
        assert!(changed.contains("was changed since") && changed.contains("open the file again"), "{changed}");
        let chinese = twin_engine::text::Text::of(Language::Chinese).failure(&changed);
        assert!(chinese.contains("被改动") && chinese.contains("请重新打开该文件"), "{chinese}");
        assert_eq!((store.runs("p").expect("the runs").len(), use_of(&mut store)), (1, None), "nothing was written");
        std::fs::write(&file, &plan).expect("a file");

        let done = office.accept(&order(false, Some(trial.drawn_on)), &wanted).expect("accepted");
        assert_eq!(done.changes, trial.changes, "what was shown is what is written");
        let runs = store.runs("p").expect("the runs");
        let last = runs.last().expect("a run");
        assert_eq!((runs.len(), Some(last.run_id)), (2, done.run));
        assert!(last.command.starts_with("twin view: scenario accept p ") && last.scenario["by"] == "王工", "{last:?}");
        assert_eq!(use_of(&mut store).as_deref(), Some("100101"));

        let again = office.accept(&order(false, done.run), &wanted).unwrap_err();
        assert!(again.contains("accepted by run") && again.contains("nothing was written"), "{again}");
        let chinese = twin_engine::text::Text::of(Language::Chinese).failure(&again);
        assert!(chinese.contains("已由"), "{chinese}");
    }

    #[test]
    fn a_page_that_nobody_wants_any_more_ends_its_process() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let (status, said) = ended(shell("echo no such parcel >&2; exit 3"), &AtomicBool::new(false)).expect("a shell");
        assert_eq!((status.code(), said.trim()), (Some(3), "no such parcel"));
        // It would last for an hour.
        let (status, _) = ended(shell("exec sleep 3600"), &AtomicBool::new(true)).expect("a shell");
        assert!(!status.success());
    }

    #[test]
    fn a_package_has_dossiers_and_no_cases() {
        let office = Office {
            park: "parks/qingxi.gpkg".into(),
            address: Address::default(),
            schemes: vec!["ours.toml".into(), "national-2023".into()],
        };
        assert!(!office.keeps_cases());
        let order = DossierOrder {
            parcel: "-7".into(),
            day: NaiveDate::from_ymd_opt(2025, 3, 1),
            scheme: 1,
            language: Language::Chinese,
            out: PathBuf::from("exports/qingxi--7.html"),
        };
        let command = office.command(&order).expect("a command");
        let given: Vec<&str> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        let expected = [
            "report",
            "dossier",
            "--out",
            "exports/qingxi--7.html",
            "--lang",
            "zh",
            "--scheme",
            "national-2023",
            "--as-of",
            "2025-03-01",
            "--",
            "parks/qingxi.gpkg",
            "-7",
        ];
        assert_eq!(given, expected);
        // It is one that the command understands.
        let words = std::iter::once("twin").chain(given);
        assert!(<crate::cli::Cli as clap::Parser>::try_parse_from(words).is_ok());
    }
}
