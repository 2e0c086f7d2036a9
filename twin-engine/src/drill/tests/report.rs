//! The report of a drill, written beside the frames.

use super::*;

/// An office whose report tells what it was given.
#[derive(Debug)]
struct Clerk;

impl DrillOffice for Clerk {
    fn drills(&self, _park: &str) -> Vec<FileChoice> {
        Vec::new()
    }

    fn report(
        &self,
        file: &DrillFile,
        run: &DrillRun,
        park: &Cache,
        language: Language,
        folder: Option<&std::path::Path>,
    ) -> Result<Vec<u8>, String> {
        let folder = folder.ok_or("no folder")?.display();
        let slug = &park.snapshot().park.slug;
        Ok(format!("{} {slug} {} {folder} {}", file.name, language.code(), run.log.hand.len()).into_bytes())
    }

    fn alert(&self, _file: &DrillFile, _run: &DrillRun, _park: &Cache) -> String {
        String::new()
    }
}

#[test]
fn the_report_is_written_off_the_frame_of_the_run_with_everything_done_by_hand() {
    let folder = std::env::temp_dir().join(format!("park-drill-report-{}", std::process::id()));
    let (picker, words) = (picker(), Text::of(Language::English));
    let path = folder.join("report.html");
    let mut room = DrillRoom { office: Some(Arc::new(Clerk)), session: Some(session(None)), ..DrillRoom::default() };
    room.report = Some((path.clone(), Language::Chinese));
    // There is no run yet: it waits for one, and so it does after something was done by hand.
    room.begin_report(&picker, None, words);
    assert!(room.writes() && room.writing.is_none());
    let session = room.session.as_mut().expect("a drill");
    settle(session, &picker);
    session.inject(Action::Say("told".into()), "observer");
    room.begin_report(&picker, None, words);
    assert!(room.writing.is_none());
    settle(room.session.as_mut().expect("a drill"), &picker);
    room.begin_report(&picker, None, words);
    assert!(room.writing.is_some() && room.report.is_none());
    let until = Instant::now() + Duration::from_mins(1);
    while !room.end_report(words) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(!room.writes());
    let told = room.session.as_ref().and_then(|session| session.told.clone()).unwrap_or_default();
    assert!(told.contains("report.html"), "{told}");
    let written = std::fs::read_to_string(&path).expect("a report");
    assert_eq!(written, format!("Leak at tank 1 tiny zh {} 1", folder.display()));
    std::fs::remove_dir_all(&folder).unwrap();
}
