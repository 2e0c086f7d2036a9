//! The park of a draft: its folder, its short name, its coordinate system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layer::Drafted;
use super::relative;
use crate::crs::{Crs, utm_epsg};
use crate::inspect::{Guess, Inspection};

/// Where the files are, as seen from the manifest.
#[derive(Debug)]
pub(super) struct Place {
    /// Common folder of the files.
    folder: PathBuf,
    /// `root` of the manifest; `None` when the files lie below its own folder.
    pub(super) root: Option<String>,
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_path_buf())
}

impl Place {
    pub(super) fn of(inspection: &Inspection, out: &Path) -> Self {
        let beside = absolute(out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        let mut folders = inspection
            .files
            .iter()
            .filter(|file| !file.reference)
            .map(|file| absolute(&file.file))
            .filter_map(|path| path.parent().map(Path::to_path_buf));
        let Some(first) = folders.next() else { return Self { folder: beside, root: None } };
        let common = folders.fold(first, |common, folder| {
            common
                .ancestors()
                .find(|ancestor| folder.starts_with(ancestor))
                .map_or_else(PathBuf::new, Path::to_path_buf)
        });
        if common.starts_with(&beside) {
            return Self { folder: beside, root: None };
        }
        // Up from the manifest's folder and down again, so that both can be moved together.
        let shared = beside.ancestors().find(|ancestor| common.starts_with(ancestor)).map(Path::to_path_buf);
        let root = match shared.filter(|shared| shared.parent().is_some()) {
            Some(shared) => {
                let up = beside.strip_prefix(&shared).map_or(0, |rest| rest.components().count());
                let down = relative(&common, &shared).unwrap_or_default();
                format!("{}{down}", "../".repeat(up)).trim_end_matches('/').to_owned()
            }
            None => common.to_string_lossy().into_owned(),
        };
        Self { folder: common, root: Some(root) }
    }

    /// A file as the manifest writes it.
    pub(super) fn path(&self, file: &Path) -> String {
        let path = absolute(file);
        relative(&path, &self.folder).unwrap_or_else(|| path.to_string_lossy().into_owned())
    }

    /// Name of the folder that holds the files.
    pub(super) fn folder_name(&self) -> String {
        self.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// A short name made of what people wrote: `a-z 0-9 -`.
pub(super) fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(63).collect();
    slug.chars().any(|c| c.is_ascii_alphabetic()).then_some(slug)
}

/// The park's coordinate system: the one in metres that most layers are in, else a zone of the place.
pub(super) fn crs(drafted: &[Drafted<'_>]) -> Guess<String> {
    let active: Vec<&Drafted<'_>> = drafted.iter().filter(|one| one.left_out.is_none()).collect();
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for text in active.iter().filter_map(|one| one.place()?.crs.value.as_deref()) {
        let fit = text.starts_with("EPSG:")
            && text != "EPSG:3857"
            && Crs::from_text(text).is_ok_and(|crs| crs.unfit_for_park().is_none());
        if fit {
            *votes.entry(text).or_default() += 1;
        }
    }
    let located = active.iter().filter(|one| one.place().is_some()).count();
    if let Some((text, count)) = votes.into_iter().max_by_key(|(_, count)| *count) {
        let name = Crs::from_text(text).map(|crs| crs.label).unwrap_or_default();
        let sure = if count * 2 >= located { 0.95 } else { 0.8 };
        return Guess::new(
            text.to_owned(),
            sure,
            format!("{name}: {count} of {located} layers with coordinates are in it"),
        );
    }
    let Some([lon, lat]) = active.iter().find_map(|one| one.place()?.middle) else {
        return Guess::new("auto".to_owned(), 0.5, "no layer tells where it lies before its rows are read");
    };
    let chinese = active.iter().any(|one| {
        one.place()
            .and_then(|place| place.crs.value.as_deref())
            .is_some_and(|text| ["GCJ-02", "BD-09", "EPSG:4490"].contains(&text))
    });
    if chinese {
        // 3° zones by central meridian, EPSG:4534 (75° E) to 4554 (135° E).
        let meridian = ((lon / 3.0).round() * 3.0).clamp(75.0, 135.0);
        let code = 4534 + ((meridian - 75.0) / 3.0) as u32;
        return Guess::new(
            format!("EPSG:{code}"),
            0.85,
            format!(
                "the layers are in degrees; this is the CGCS2000 3° zone of {meridian:.0}° E, the nearest to the park ({lon:.2}° E)"
            ),
        );
    }
    Guess::new(
        format!("EPSG:{}", utm_epsg(lon, lat)),
        0.85,
        format!(
            "no layer is in a projected system in metres; this is the UTM zone of the place ({lon:.3}°, {lat:.3}°)"
        ),
    )
}
