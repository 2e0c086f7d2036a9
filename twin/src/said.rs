//! A failure in words for a window: in English with all its causes, as a terminal has it, and with what other languages say of it.
//!
//! What the engine's and the store's errors are called elsewhere is left to `twin_engine::causes`.

use analysis::emergency::{crowd_error_words, drill_error_words, evacuation_error_words, hazard_error_words};
use analysis::planner::accept_error_words;
use analysis::words::Words;
use miette::Diagnostic;
use twin_engine::causes::{known, spoken, with_causes};
use twin_engine::text::Text;
use twin_engine::{Failed, Language};

use crate::failure::{CrowdAsked, Failure, Refused};

/// A failure with its causes and what to do about it.
pub(crate) fn in_words(failure: &Failure) -> Failed {
    let (message, advice) = own(failure).unzip();
    let message = message.or_else(|| known(failure));
    let hint = failure.help().map(|help| spoken(advice, help.to_string()));
    Failed { message: spoken(message, with_causes(failure)), hint }
}

/// The same in one line, in that language.
pub(crate) fn in_a_line(said: &Failed, language: Language) -> String {
    let text = Text::of(language);
    let hint = said.hint.iter().map(|hint| text.failure(hint));
    hint.fold(text.failure(&said.message), |message, hint| format!("{message} ({hint})"))
}

/// What a window may have to tell that is this program's own, and what to do about it.
fn own(failure: &Failure) -> Option<(Words, Words)> {
    let writable = || analysis::words!("failure-data-dir-help", "set TWIN_DATA_DIR to a folder you can write to");
    Some(match failure {
        Failure::DataDir { path, .. } => {
            let path = path.display().to_string();
            (analysis::words!("failure-data-dir", "the data folder {path} cannot be used", path = path), writable())
        }
        Failure::NoHome => (analysis::words!("failure-no-home", "neither TWIN_DATA_DIR nor HOME is set"), writable()),
        Failure::NoImagery { park } => (
            analysis::words!("failure-no-imagery", "park {park} has no orthophoto", park = park),
            analysis::words!("failure-no-imagery-help", "add a layer of imagery to its manifest and import it again"),
        ),
        Failure::Refused(Refused::NotAccepted { path, source }) => (
            analysis::words!(
                "failure-not-accepted",
                "the scenario {path} is not accepted: {reason}",
                path = path.display().to_string(),
                reason = accept_error_words(source),
            ),
            analysis::words!(
                "failure-not-accepted-help",
                "nothing was written; look at the scenario on the record of today, mend it, and say that it is drawn on that"
            ),
        ),
        Failure::Refused(Refused::ScenarioChanged { path }) => (
            analysis::words!(
                "failure-scenario-changed",
                "the scenario {path} was changed since the window opened or saved it",
                path = path.display().to_string(),
            ),
            analysis::words!(
                "failure-scenario-changed-help",
                "nothing was written; open the file again to see what it says now (or save what the window shows), and try it once more"
            ),
        ),
        Failure::Refused(Refused::AcceptedBefore { path, park, run }) => (
            analysis::words!(
                "failure-accepted-before",
                "the scenario {path} was accepted by run {run} already",
                path = path.display().to_string(),
                run = *run,
            ),
            analysis::words!(
                "failure-accepted-before-help",
                "nothing was written; `twin revert {park} {run}` takes it back",
                park = park,
                run = *run,
            ),
        ),
        Failure::DrillWrong { path, help, source } => (
            analysis::words!(
                "failure-drill",
                "the drill {path} cannot be used: {reason}",
                path = path.display().to_string(),
                reason = drill_error_words(source),
            ),
            help.clone(),
        ),
        Failure::Hazard { source } => (hazard_error_words(source), ranges()),
        Failure::Evacuation { source } => (evacuation_error_words(source), ranges()),
        Failure::Refused(Refused::Crowd(CrowdAsked::Plan { source })) => (crowd_error_words(source), ranges()),
        _ => return None,
    })
}

/// Where the models are described.
fn ranges() -> Words {
    analysis::words!("failure-ranges-help", "docs/emergency.md has the ranges and sources of the models")
}

/// A failure in one line in a language other than English, with what to do about it; none where that has no words for it, and in English, in
/// which the terminal has it with all its causes.
pub(crate) fn translated(failure: &Failure, language: Language) -> Option<String> {
    let Failed { message, hint } = in_words(failure);
    if language == Language::English || message.key().is_none() {
        return None;
    }
    let hint = hint.filter(|hint| hint.key().is_some());
    Some(in_a_line(&Failed { message, hint }, language))
}

#[cfg(test)]
mod tests {
    use spatial_db::package::Package;
    use spatial_db::store::Store;

    use super::*;

    /// It begins in Chinese, and not with the mark of what has no translation.
    fn is_chinese(said: &str) -> bool {
        said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && !said.starts_with("详细信息（英文）")
    }

    fn chinese(failure: &Failure) -> String {
        in_a_line(&in_words(failure), Language::Chinese)
    }

    #[test]
    fn a_failure_is_told_with_its_causes_and_its_hint() {
        let error = Store::connect("postgresql://ann:s3cret@127.0.0.1:1/twin?connect_timeout=2").unwrap_err();
        let told = in_words(&Failure::from(error));
        assert!(told.message.starts_with("the database: no database server answers at "), "{}", told.message);
        assert!(told.message.contains("TWIN_DATABASE_URL") && !told.message.contains("s3cret"), "{}", told.message);
        let told = in_words(&Failure::NoImagery { park: "p".to_owned() });
        assert!(told.hint.expect("a hint").contains("--imagery"));
    }

    #[test]
    fn a_window_tells_in_chinese_of_a_server_that_is_away_and_of_what_is_no_package() {
        let away = Store::connect("postgresql://ann:s3cret@127.0.0.1:1/twin?connect_timeout=2").unwrap_err();
        let said = chinese(&Failure::from(away));
        assert!(is_chinese(&said) && said.contains("没有数据库服务器响应") && !said.contains("s3cret"), "{said}");

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("park.gpkg");
        let opened = |bytes: Option<&[u8]>| {
            if let Some(bytes) = bytes {
                std::fs::write(&path, bytes).expect("a file");
            }
            chinese(&Failure::from(Package::open(&path).expect_err("no package")))
        };
        let missing = opened(None);
        assert!(is_chinese(&missing) && missing.contains("park.gpkg：找不到该文件"), "{missing}");
        let other = opened(Some(b"a letter to the mayor".as_slice()));
        assert!(is_chinese(&other) && other.contains("不是园区数据包"), "{other}");
        // A database that was written over behind its first words.
        let damaged = opened(Some([b"SQLite format 3\0".as_slice(), &[b'x'; 200]].concat().as_slice()));
        assert!(is_chinese(&damaged) && damaged.contains("已损坏"), "{damaged}");
    }

    #[test]
    fn what_is_this_programs_own_is_translated_with_its_advice_and_the_rest_is_marked() {
        let source = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let own = [
            Failure::DataDir { path: "/data".into(), source: source() },
            Failure::NoHome,
            Failure::NoImagery { park: "qingxi".to_owned() },
        ];
        for failure in own {
            let said = chinese(&failure);
            assert!(is_chinese(&said) && !said.contains("英文"), "{said}");
            assert_eq!(in_a_line(&in_words(&failure), Language::English).split(" (").count(), 2);
        }
        // The system's own word for it is in it.
        assert_eq!(chinese(&Failure::Background { source: source() }), "没有权限");
        let unnamed = chinese(&Failure::ChangesOfWhat);
        assert!(unnamed.starts_with("详细信息（英文）：the overlay changes compares two moments"), "{unnamed}");
    }

    #[test]
    fn what_a_drill_or_a_model_lacks_is_told_in_chinese_with_its_line_its_file_and_the_fix() {
        use analysis::emergency::drill::{DrillError, DrillFile};
        use analysis::emergency::hazard::HazardError;

        let drill = |source: DrillError| Failure::DrillWrong {
            path: "leak.drill.ron".into(),
            help: analysis::words!("failure-drill-help", "docs/drills.md describes drill files and logs"),
            source: Box::new(source),
        };
        let shipped = include_str!("../../scenes/flood.drill.ron");
        let wrong = |from: &str, to: &str| {
            assert!(shipped.contains(from), "{from}");
            translated(&drill(DrillFile::parse(&shipped.replacen(from, to, 1)).unwrap_err()), Language::Chinese)
                .unwrap()
        };
        let said = wrong("format_version: 1", "format_version: 9");
        assert!(is_chinese(&said) && said.contains("leak.drill.ron") && said.contains("格式版本为 9"), "{said}");
        assert!(said.contains(" 行：") && said.contains("docs/drills.md") && !said.contains("英文"), "{said}");
        let source = HazardError::Unknown { model: "pool fire", property: "boiling point", substance: "x".into() };
        let said = translated(&Failure::from(source), Language::Chinese).unwrap();
        assert!(said.starts_with("池火需要 x 的沸点，物质表中没有") && said.contains("docs/emergency.md"), "{said}");
        let source = analysis::emergency::crowd::CrowdError::NoExit;
        assert!(translated(&Failure::from(source), Language::Chinese).unwrap().starts_with("没有开着的出口"));
        // English is told with all its causes already; what has no translation stays as it is.
        let source = HazardError::Needs { model: "pool fire", input: "--hole" };
        assert_eq!(translated(&Failure::from(source), Language::English), None);
        assert_eq!(translated(&Failure::ChangesOfWhat, Language::Chinese), None);
    }
}
