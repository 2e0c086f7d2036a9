//! Scenes and tours that go along with a package for a prospect: what is looked at and from where, and nothing of the office's own.

use std::collections::HashSet;
use std::path::Path;

use chrono::NaiveDate;
use spatial_db::model::{FeatureKind, ParkSnapshot};
use spatial_db::package::{SceneKind, SceneText};
use twin_engine::{SceneFile, Tour};

use crate::failure::Failure;

/// A word of Latin letters that is shorter than this stands in other words by chance.
const SHORTEST: usize = 4;
/// The same of other scripts: a Chinese name may have two signs.
const SHORTEST_SIGNS: usize = 2;

/// Scenes as they may be given away, from how they were written: comments, filters, cuts, overlays and other days stay at home, and
/// so do selections of what is not shown. What is said at the stops of a tour goes along, since it is meant to be heard; where it
/// names what may not be given away it is refused.
pub(super) fn scenes(
    written: Vec<SceneText>,
    park: &ParkSnapshot,
    shown: &ParkSnapshot,
    as_of: NaiveDate,
) -> Result<Vec<SceneText>, Failure> {
    let keys: HashSet<&str> = shown.parcels.iter().map(|parcel| parcel.provenance.key.as_str()).collect();
    let secrets = secrets(park);
    let mut given = Vec::with_capacity(written.len());
    for SceneText { kind, name, text } in written {
        let wrong = |source| Failure::Scene { path: Path::new(&name).to_owned(), source };
        let mut said = vec![name.clone()];
        let text = if kind == SceneKind::Scene {
            scene(SceneFile::parse(&text).map_err(wrong)?, &keys, as_of).to_text()
        } else {
            let mut tour = Tour::parse(&text).map_err(wrong)?;
            for stop in &mut tour.stops {
                stop.scene = scene(std::mem::take(&mut stop.scene), &keys, as_of);
                said.extend([stop.name.clone(), stop.caption.en.clone(), stop.caption.zh.clone()]);
            }
            tour.to_text()
        };
        let said: Vec<String> = said.iter().map(|said| said.to_lowercase()).collect();
        let is_told = |secret: &&&str| {
            let word = secret.to_lowercase();
            said.iter().any(|said| said.contains(&word))
        };
        if let Some(word) = secrets.iter().find(is_told) {
            return Err(Failure::SceneTells { scene: name, word: (*word).to_owned() });
        }
        given.push(SceneText { kind, name, text });
    }
    Ok(given)
}

/// What of a scene is given away.
fn scene(scene: SceneFile, keys: &HashSet<&str>, as_of: NaiveDate) -> SceneFile {
    let mut selection = scene.selection;
    selection.retain(|one| one.kind == FeatureKind::Parcel && keys.contains(one.key.as_str()));
    SceneFile {
        as_of: Some(as_of),
        theme: scene.theme,
        underground: scene.underground,
        sun: scene.sun,
        camera: scene.camera,
        layers: scene.layers,
        selection,
        ..SceneFile::default()
    }
}

/// Names and keys of what stays at home.
fn secrets(park: &ParkSnapshot) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    all.extend(park.enterprises.iter().flat_map(|one| [one.name.as_str(), one.provenance.key.as_str()]));
    all.extend(park.parcels.iter().filter_map(|one| one.holder.as_deref()));
    all.extend(park.hazards.iter().filter_map(|one| one.name.as_deref()));
    all.extend(park.contracts.iter().map(|one| one.provenance.key.as_str()));
    all.extend(park.projects.iter().filter_map(|one| one.name.as_deref()));
    all.retain(|word| word.chars().count() >= if word.is_ascii() { SHORTEST } else { SHORTEST_SIGNS });
    all
}

#[cfg(test)]
mod tests {
    use spatial_db::model::{Enterprise, FeatureId, Park, Provenance};

    use super::*;

    fn park() -> ParkSnapshot {
        let mut park = ParkSnapshot::empty(Park {
            park_id: 1,
            slug: "hand".into(),
            name: "By hand".into(),
            srid: 4549,
            synthetic: true,
            attribution: None,
            licence: None,
            as_of: None,
        });
        park.enterprises.push(Enterprise {
            id: FeatureId::new(FeatureKind::Enterprise, 1),
            provenance: Provenance { key: "E-0001".into(), ..Provenance::default() },
            name: "Works Ltd".into(),
            industry_code: None,
            state: None,
        });
        let short = Enterprise { name: "溪木".into(), ..park.enterprises[0].clone() };
        park.enterprises.push(short);
        park
    }

    fn given(kind: SceneKind, text: &str) -> Result<Vec<SceneText>, Failure> {
        let written = SceneText { kind, name: "view".into(), text: text.into() };
        let shown = ParkSnapshot::empty(park().park);
        scenes(vec![written], &park(), &shown, "2026-06-30".parse().unwrap())
    }

    #[test]
    fn notes_filters_and_selections_stay_at_home_and_the_view_goes_along() {
        let text = r#"(
            // Ask the tenant Secret first.
            format_version: 1,
            overlay: "idle",
            underground: true,
            filter: (kind: enterprise, expression: "name = 'geheim'"),
            selection: [(kind: building, key: "geheim-7")],
            cut: (dig: (outline: [(1.25, 2.0), (9.0, 2.0), (9.0, 8.0)], depth_m: 3.0)),
        )"#;
        let given = given(SceneKind::Scene, text).unwrap();
        for secret in ["Secret", "geheim", "idle", "1.25"] {
            assert!(!given[0].text.contains(secret), "{secret} in {}", given[0].text);
        }
        let scene = SceneFile::parse(&given[0].text).unwrap();
        assert!(scene.underground && scene.as_of == "2026-06-30".parse().ok());
    }

    #[test]
    fn a_caption_goes_along_unless_it_names_a_tenant() {
        let tour = |caption: &str| {
            format!(
                "(format_version: 1, stops: [(name: \"a\", scene: (format_version: 1), caption: (en: \"{caption}\"))])"
            )
        };
        let kept = given(SceneKind::Tour, &tour("Idle since 2021")).unwrap();
        assert!(kept[0].text.contains("Idle since 2021"));
        for (caption, name) in
            [("Beside Works Ltd", "Works Ltd"), ("beside WORKS LTD", "Works Ltd"), ("溪木旁边", "溪木")]
        {
            let refused = given(SceneKind::Tour, &tour(caption));
            assert!(matches!(refused, Err(Failure::SceneTells { word, .. }) if word == name), "{caption}");
        }
    }
}
