//! The manifest's `[checks]`: which checks are off, and tolerances other than the defaults.
//!
//! What the checks look for is in `spatial_db::checks`.

use spatial_db::checks::{CHECKS, CheckSettings, Tolerance};

use super::ManifestError;
use super::section::Section;

/// Reads the table; `subject.problem = false` or a table of numbers.
pub(super) fn checks(section: &Section<'_>) -> Result<CheckSettings, ManifestError> {
    let mut settings = CheckSettings::default();
    let codes = || CHECKS.iter().flat_map(|check| check.codes);
    let mut subjects: Vec<&str> = codes().filter_map(|code| code.code.split('.').next()).collect();
    subjects.dedup();
    section.allow(&subjects)?;
    for subject in section.keys() {
        let Some(group) = section.optional_section(subject, &format!("[checks] {subject}"))? else { continue };
        let problems: Vec<&str> = codes()
            .filter_map(|code| code.code.split_once('.'))
            .filter(|(of, _)| *of == subject)
            .map(|(_, problem)| problem)
            .collect();
        group.allow(&problems)?;
        for problem in group.keys() {
            let word = format!("{subject}.{problem}");
            let Some(code) = codes().map(|code| code.code).find(|code| *code == word) else { continue };
            if !group.is_table(problem) {
                if group.boolean(problem)? == Some(false) {
                    settings.off.push(code);
                }
                continue;
            }
            let Some(table) = group.optional_section(problem, &format!("[checks] {word}"))? else { continue };
            let known: Vec<&Tolerance> =
                codes().filter(|known| known.code == code).flat_map(|known| known.tolerances).collect();
            let names: Vec<&str> = known.iter().map(|tolerance| tolerance.name).collect();
            table.allow(&names)?;
            for name in names {
                let Some(value) = table.number(name)? else { continue };
                if value < 0.0 {
                    return Err(table.bad(name, "a tolerance is not negative".to_owned()));
                }
                settings.tolerances.insert((code, name), value);
            }
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Manifest;

    const PARK: &str =
        "[park]\nslug = \"t\"\ncrs = \"EPSG:4549\"\n[[layer]]\nname = \"a\"\nrole = \"parcel\"\nfile = \"a.shp\"\n";

    fn read(checks: &str) -> Result<Manifest, super::ManifestError> {
        Manifest::parse(Path::new("t.toml"), &format!("{PARK}[checks]\n{checks}"), None)
    }

    #[test]
    fn switches_and_tolerances() {
        let checks =
            read("parcel.gap = false\nparcel.overlap = { min_area_m2 = 3, min_width_m = 0.5 }\n").unwrap().checks;
        assert!(!checks.is_on("parcel.gap") && checks.is_on("parcel.overlap"));
        assert_eq!(checks.tolerances[&("parcel.overlap", "min_area_m2")], 3.0);
        assert_eq!(checks.tolerances.len(), 2);
        assert!(read("unit.feet = { min_rows = 5, min_storey_m = 8 }\n").unwrap().checks.tolerances.len() == 2);
    }

    #[test]
    fn unknown_words_are_named_with_their_neighbour() {
        for (text, word) in [
            ("parcels.gap = false", "did you mean \"parcel\""),
            ("parcel.gaps = false", "did you mean \"gap\""),
            ("parcel.gap = { max_width = 3 }", "did you mean \"max_width_m\""),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.help().unwrap().contains(word), "{text}: {error} {:?}", error.help());
            assert_eq!(error.line(), Some(9), "{error}");
        }
        assert!(read("parcel.gap = { max_width_m = -1 }").unwrap_err().to_string().contains("negative"));
        assert!(read("parcel.gap = \"off\"").unwrap_err().to_string().contains("true or false"));
    }
}
