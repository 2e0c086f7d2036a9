//! Noto Sans and Noto Sans CJK from the system, or egui's own letters where they are missing.
//!
//! `TWIN_FONT_DIR` names a folder to look in first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::camera::Orbit;
use crate::theme::size;

/// Family of bold letters.
pub(crate) const BOLD: &str = "bold";
/// Folders with fonts on the systems we know, each searched with its folders.
const FOLDERS: [&str; 6] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/run/current-system/sw/share/X11/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
];
/// Latin letters, best first.
const LATIN: [&str; 4] = ["NotoSans-Regular.ttf", "NotoSans[wght].ttf", "DejaVuSans.ttf", "Arial.ttf"];
/// Bold latin letters, best first.
const LATIN_BOLD: [&str; 4] = ["NotoSans-SemiBold.ttf", "NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "Arial Bold.ttf"];
/// Chinese letters, best first, with the face to take from a collection.
const CJK: [(&str, u32); 6] = [
    // In Noto's collections the faces are JP, KR, SC, TC, HK.
    ("NotoSansCJK-Regular.ttc", 2),
    ("NotoSansCJKsc-Regular.otf", 0),
    ("NotoSansSC-Regular.otf", 0),
    ("wqy-microhei.ttc", 0),
    ("PingFang.ttc", 0),
    ("msyh.ttc", 0),
];
const CJK_BOLD: [(&str, u32); 2] = [("NotoSansCJK-Bold.ttc", 2), ("NotoSansCJKsc-Bold.otf", 0)];
/// Folders deeper than this below a font folder are not searched.
const DEPTH: usize = 4;

/// So many times as large as the sizes are for, a picture is large: egui's own texture holds too few of its letters. Side of the
/// texture for them, px.
const LARGE: f32 = 4.0;
const LARGE_LETTERS_PX: usize = 8192;

/// How far the letters are.
#[derive(Resource, Debug, Default)]
pub(crate) struct FontsReady {
    installed_in_pass: Option<u64>,
    in_use: bool,
    bold: bool,
}

impl FontsReady {
    /// True once a pass has begun with the final letters.
    pub(crate) fn is_in_use(&self) -> bool {
        self.in_use
    }

    /// True when bold letters were found.
    pub(crate) fn has_bold(&self) -> bool {
        self.bold
    }
}

/// Font files found: latin, bold latin, Chinese, bold Chinese with their faces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FontFiles {
    /// Latin.
    pub latin: Option<PathBuf>,
    /// Bold latin.
    pub latin_bold: Option<PathBuf>,
    /// Chinese.
    pub cjk: Option<(PathBuf, u32)>,
    /// Bold Chinese.
    pub cjk_bold: Option<(PathBuf, u32)>,
}

/// Looks for the fonts in `first` and then in the system's folders.
pub(super) fn find_fonts(first: Option<&Path>) -> FontFiles {
    let mut files = Vec::new();
    if let Some(first) = first {
        list(first, DEPTH, &mut files);
    }
    for folder in FOLDERS {
        list(Path::new(folder), DEPTH, &mut files);
    }
    let named = |name: &str| files.iter().find(|f| f.file_name().is_some_and(|n| n == name)).cloned();
    let faced = |names: &[(&str, u32)]| names.iter().find_map(|(name, face)| Some((named(name)?, *face)));
    FontFiles {
        latin: LATIN.iter().find_map(|name| named(name)),
        latin_bold: LATIN_BOLD.iter().find_map(|name| named(name)),
        cjk: faced(&CJK),
        cjk_bold: faced(&CJK_BOLD),
    }
}

fn list(folder: &Path, depth: usize, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth > 0 {
                list(&path, depth - 1, out);
            }
        } else if path.extension().is_some_and(|e| e == "ttf" || e == "otf" || e == "ttc") {
            out.push(path);
        }
    }
}

/// Hands the fonts to egui once; they are in use from the next pass on.
pub(super) fn install_fonts(mut contexts: EguiContexts, orbit: Res<Orbit>, mut ready: ResMut<FontsReady>) -> Result {
    let ctx = contexts.ctx_mut()?;
    let pass = ctx.cumulative_pass_nr();
    match ready.installed_in_pass {
        None => {
            let first = std::env::var_os("TWIN_FONT_DIR").map(PathBuf::from);
            let files = find_fonts(first.as_deref());
            ready.bold = files.latin_bold.is_some();
            ctx.set_fonts(definitions(&files));
            if orbit.size.min_element() > LARGE * size::REFERENCE_HEIGHT {
                ctx.input_mut(|input| input.max_texture_side = LARGE_LETTERS_PX);
            }
            ctx.request_repaint();
            ready.installed_in_pass = Some(pass);
        }
        Some(installed) if pass > installed => ready.in_use = true,
        Some(_) => {}
    }
    Ok(())
}

/// The bytes of a font file, read once and kept: egui copies what it owns whenever it makes its letters anew, which it does with
/// every other theme, and the Chinese fonts have tens of megabytes.
fn kept(path: &Path) -> std::io::Result<&'static [u8]> {
    static KEPT: Mutex<BTreeMap<PathBuf, &'static [u8]>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = kept.get(path) {
        return Ok(bytes);
    }
    let bytes: &'static [u8] = Vec::leak(std::fs::read(path)?);
    kept.insert(path.to_owned(), bytes);
    Ok(bytes)
}

fn definitions(files: &FontFiles) -> egui::FontDefinitions {
    let mut fonts = egui::FontDefinitions::default();
    let mut load = |name: &str, path: &Path, face: u32| {
        let bytes = match kept(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!("font {} cannot be read: {error}", path.display());
                return false;
            }
        };
        let mut font = egui::FontData::from_static(bytes);
        font.index = face;
        fonts.font_data.insert(name.to_owned(), Arc::new(font));
        true
    };
    let mut regular = Vec::new();
    let mut bold = Vec::new();
    let mut take = |list: &mut Vec<String>, name: &str, path: Option<(&PathBuf, u32)>| {
        if let Some((path, face)) = path
            && load(name, path, face)
        {
            list.push(name.to_owned());
        }
    };
    take(&mut regular, "latin", files.latin.as_ref().map(|p| (p, 0)));
    take(&mut regular, "cjk", files.cjk.as_ref().map(|(p, face)| (p, *face)));
    take(&mut bold, "latin-bold", files.latin_bold.as_ref().map(|p| (p, 0)));
    take(&mut bold, "cjk-bold", files.cjk_bold.as_ref().map(|(p, face)| (p, *face)));
    let own = fonts.families.get(&egui::FontFamily::Proportional).cloned().unwrap_or_default();
    let family: Vec<String> = regular.iter().chain(&own).cloned().collect();
    let bold_family: Vec<String> = bold.iter().chain(&regular).chain(&own).cloned().collect();
    fonts.families.insert(egui::FontFamily::Proportional, family);
    fonts.families.insert(egui::FontFamily::Name(BOLD.into()), bold_family);
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_comes_before_the_systems() {
        let folder = std::env::temp_dir().join(format!("twin-fonts-{}", std::process::id()));
        let deep = folder.join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let own = deep.join("NotoSans-Regular.ttf");
        std::fs::write(&own, b"not a font").unwrap();
        let found = find_fonts(Some(&folder));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.latin, Some(own));
    }

    #[test]
    fn unreadable_fonts_leave_eguis_own() {
        let files = FontFiles { latin: Some("/nowhere/NotoSans-Regular.ttf".into()), ..FontFiles::default() };
        let fonts = definitions(&files);
        let default = egui::FontDefinitions::default();
        assert_eq!(
            fonts.families.get(&egui::FontFamily::Proportional),
            default.families.get(&egui::FontFamily::Proportional)
        );
        assert!(fonts.families.contains_key(&egui::FontFamily::Name(BOLD.into())));
    }
}
