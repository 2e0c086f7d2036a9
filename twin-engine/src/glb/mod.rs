//! Features as a glTF 2.0 file (Khronos, ISO/IEC 12113:2022) in its binary form, `.glb`: what 3D programs, slides and web viewers
//! open.
//!
//! Metres, Y up, east along +X and north along −Z, around an origin of the park that the file names. The shapes are those of
//! the scene, the colours those of an overlay. Written whole or not at all, from another thread: [`GltfExport`] holds all
//! that it needs.

mod choice;
mod document;
mod node;
mod surface;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use analysis::overlay::Overlay;
use bevy::math::{DVec2, Vec3};
use serde_json::json;
use spatial_db::model::{FeatureId, FeatureKind, ParkSnapshot};
use spatial_db::schema::Table;

use crate::attribute::KINDS;
use crate::error::EngineError;
use crate::input::TwinInput;
use crate::mesh::{Layer, TileMesh, drape_polygon};
use crate::scene::SceneGeometry;
use crate::slots::GROUND;
use crate::style::{Shown, Style, is_underground, styles};
use crate::text::{Language, Text};
use crate::theme::{Rgb, Theme, ThemeChoice};

pub use choice::{GltfPlace, features_in};
use document::{Document, Finish};
use node::Nodes;
use surface::{Part, outline, surfaces};

/// How far parcels, ground cover and roads are lifted off the ground, m: two faces in one place flicker in most viewers.
const LIFTED_M: [(FeatureKind, f32); 3] =
    [(FeatureKind::Surface, 0.02), (FeatureKind::RoadEdge, 0.04), (FeatureKind::Parcel, 0.06)];
/// Share of its colour that a wall keeps, as in the scene.
const WALL_SHARE: f32 = 0.87;
/// Ground around what is exported, a share of its size and at least, m.
const MARGIN: (f64, f64) = (0.05, 10.0);
/// Opacity of the ground over pipes.
const GROUND_OVER_PIPES: f32 = 0.45;
/// Features between looks at whether somebody wants it stopped.
const TELLS: usize = 64;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GltfError {
    /// Nothing that was asked for has a shape in space.
    #[error("nothing of what was chosen has a shape in space, so there is nothing to write")]
    Nothing,
    /// The park has no position at all.
    #[error(transparent)]
    Draw(#[from] EngineError),
    /// A parcel that there is not.
    #[error("the park has no parcel {asked:?}{}", near.as_ref().map_or_else(String::new, |near| format!("; the nearest is {near:?}")))]
    NoSuchParcel {
        /// Number or key asked for.
        asked: String,
        /// The nearest there is.
        near: Option<String>,
    },
    /// More than the format holds.
    #[error("what was chosen takes {bytes} bytes, and a .glb file holds at most 4 GiB; choose less")]
    TooLarge {
        /// Bytes.
        bytes: u64,
    },
    /// The description cannot be written.
    #[error("the description of the file cannot be written")]
    Json(#[from] serde_json::Error),
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    Io {
        /// File.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// Given up by the caller.
    #[error("the export was given up; nothing was written")]
    Cancelled,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GltfReport {
    /// Features with a shape.
    pub features: usize,
    /// Features that have none, such as junctions of a network.
    pub without_shape: usize,
    /// Triangles, the ground's among them.
    pub triangles: usize,
    /// Size of the file.
    pub bytes: u64,
}

/// How to colour and word a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GltfOptions {
    /// Colours of what the overlay does not speak of.
    pub theme: ThemeChoice,
    /// Language of the classes' names; attributes go by the names of their columns.
    pub language: Language,
}

/// Where the scene of a window is already known.
type Known = Option<Arc<SceneGeometry>>;

/// Features on their way to a file.
#[derive(Debug)]
pub struct GltfExport {
    park: Arc<ParkSnapshot>,
    overlay: Option<Overlay>,
    ids: Vec<FeatureId>,
    options: GltfOptions,
    known: Known,
    side: Option<String>,
    done: Arc<AtomicUsize>,
    cancel: Arc<AtomicBool>,
}

impl GltfExport {
    /// The features `ids` of a park, coloured by the input's active overlay.
    ///
    /// # Errors
    /// [`EngineError::UnknownOverlay`].
    pub fn new(input: &TwinInput, ids: Vec<FeatureId>, options: GltfOptions) -> Result<Self, GltfError> {
        let overlay = input.active_index()?.and_then(|at| input.overlays.get(at)).map(|overlay| &**overlay);
        Ok(Self::of(Arc::clone(&input.snapshot), overlay, ids, options, None))
    }

    /// The same with the scene of a window.
    pub(crate) fn of(
        park: Arc<ParkSnapshot>,
        overlay: Option<&Overlay>,
        ids: Vec<FeatureId>,
        options: GltfOptions,
        known: Known,
    ) -> Self {
        let overlay = overlay.map(|overlay| Overlay {
            verdicts: ids.iter().filter_map(|id| Some((*id, overlay.verdicts.get(id)?.clone()))).collect(),
            ..overlay.heading()
        });
        Self { park, overlay, ids, options, known, side: None, done: Arc::default(), cancel: Arc::default() }
    }

    /// The same of one side of a split picture, which the file and its name tell in these words.
    #[must_use]
    pub(crate) fn of_side(self, side: Option<String>) -> Self {
        Self { side, ..self }
    }

    /// Counts the features that are done.
    pub fn done(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.done)
    }

    /// Set by whoever wants it stopped.
    pub fn cancel(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancel)
    }

    /// Number of features.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True without features.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Where a file goes in a folder: `<park>-selection.glb`, with the side of a split picture before the dot.
    pub fn path_in(&self, folder: &Path) -> PathBuf {
        let side = self.side.as_deref().map_or_else(String::new, crate::attribute::file_words);
        folder.join(format!("{}-selection{side}.glb", self.park.park.slug))
    }

    /// Writes the file and makes its folder.
    ///
    /// # Errors
    /// See [`GltfError`]. Nothing is left by an export that fails.
    pub fn write(&self, path: &Path) -> Result<GltfReport, GltfError> {
        let made;
        let scene: &SceneGeometry = if let Some(known) = &self.known {
            known
        } else {
            made = SceneGeometry::build(&self.park, &[] as &[Overlay])?;
            &made
        };
        let (document, report) = self.document(scene)?;
        let bytes = document.write(path)?;
        Ok(GltfReport { bytes, ..report })
    }

    fn document(&self, scene: &SceneGeometry) -> Result<(Document, GltfReport), GltfError> {
        let words = Text::of(self.options.language);
        let theme = Theme::of(self.options.theme);
        let shown = Shown { overlay: self.overlay.is_some().then_some(0), underground: true, ..Shown::default() };
        let overlays: Vec<&Overlay> = self.overlay.iter().collect();
        let styles = styles(&self.park, &overlays, &scene.slots, &theme, &shown);
        let nodes = Nodes::new(&self.park, self.overlay.as_ref(), words);
        let mut document = Document::new();
        let mut around = Around::default();
        let mut report = GltfReport { features: 0, without_shape: 0, triangles: 0, bytes: 0 };
        let mut groups = Vec::new();
        for kind in KINDS {
            let mut children = Vec::new();
            for id in self.ids.iter().filter(|id| id.kind == kind) {
                let at = report.features + report.without_shape;
                if at.is_multiple_of(TELLS) {
                    self.done.store(at, Ordering::Relaxed);
                    if self.cancel.load(Ordering::Relaxed) {
                        return Err(GltfError::Cancelled);
                    }
                }
                let (Some(tile), Some(slot)) = (scene.of_feature(*id), scene.slots.of(*id)) else {
                    report.without_shape += 1;
                    continue;
                };
                let style = styles[slot as usize];
                let row = scene.slots.row(*id).unwrap_or_default();
                let label = nodes.class_of(*id).unwrap_or_else(|| nodes.plain(*id, row));
                let mut parts = Vec::new();
                for mut surface in surfaces(&tile) {
                    surface.lift(lifted_m(kind));
                    around.take(&surface.positions);
                    report.triangles += surface.indices.len() / 3;
                    parts.push(document.surface(&surface, finish(&style, &theme, kind, surface.part, &label)));
                }
                if parts.is_empty() {
                    report.without_shape += 1;
                    continue;
                }
                if kind == FeatureKind::Parcel {
                    let lines =
                        self.park.parcels.get(row).map(|parcel| {
                            outline(&parcel.boundary, &scene.ground, &scene.origin, lifted_m(kind) * 1.5)
                        });
                    let line = Finish { name: "parcel outline".to_owned(), ..finish_of(style.line, 1.0, &label) };
                    parts.extend(
                        lines.filter(|lines| !lines.indices.is_empty()).map(|lines| document.lines(&lines, line)),
                    );
                }
                report.features += 1;
                let (name, extras) = nodes.of(*id, row);
                children.push(document.feature(&name, &extras, parts)?);
            }
            if !children.is_empty() {
                let table = Table::of(kind).map_or("features", |table| table.name);
                groups.push(document.group(table, &json!({ "kind": table, "features": children.len() }), children)?);
            }
        }
        let (low, high) = around.bounds().ok_or(GltfError::Nothing)?;
        let ground = Self::ground(scene, low, high);
        let pipes = self.ids.iter().any(|id| matches!(id.kind, FeatureKind::NetworkEdge | FeatureKind::NetworkNode))
            || self.overlay.as_ref().is_some_and(is_underground);
        let share = if pipes { GROUND_OVER_PIPES } else { 1.0 };
        let look = finish_of(styles[GROUND as usize].fill, share, "ground");
        let mut parts = Vec::new();
        for surface in surfaces(&ground) {
            report.triangles += surface.indices.len() / 3;
            parts.push(document.surface(&surface, look.clone()));
        }
        let source = if self.park.terrain.is_some() { "terrain of the park" } else { "flat: no terrain on record" };
        groups.insert(0, document.feature("ground", &json!({ "kind": "ground", "source": source }), parts)?);
        document.finish(groups, nodes.asset(&scene.origin, &report, self.side.as_deref()))?;
        self.done.store(self.ids.len(), Ordering::Relaxed);
        Ok((document, report))
    }

    /// The ground under a box of the scene and a little around it.
    fn ground(scene: &SceneGeometry, low: Vec3, high: Vec3) -> TileMesh {
        let corner = |at: Vec3| {
            let [x, y, _] = scene.origin.park_from_scene(at);
            DVec2::new(x, y)
        };
        let (a, b) = (corner(low), corner(high));
        let (low, high) = (a.min(b), a.max(b));
        let by = DVec2::splat(((high - low).max_element() * MARGIN.0).max(MARGIN.1));
        let (low, high) = (low - by, high + by);
        let area = geo::Rect::new((low.x, low.y), (high.x, high.y)).to_polygon();
        let mut tile = TileMesh::new(Layer::Terrain);
        drape_polygon(&mut tile, &scene.ground, &scene.origin, &area, GROUND, [0.0; 2]);
        tile
    }
}

fn lifted_m(kind: FeatureKind) -> f32 {
    LIFTED_M.iter().find(|(of, _)| *of == kind).map_or(0.0, |(_, lifted)| *lifted)
}

/// Colour of a part of a feature. Its line where its fill is the casing of a road; a neutral tone where a parcel has no fill.
fn finish(style: &Style, theme: &Theme, kind: FeatureKind, part: Part, label: &str) -> Finish {
    match (kind, part) {
        (FeatureKind::RoadEdge, _) => finish_of(style.line, 1.0, label),
        (FeatureKind::Parcel, _) if style.fill >> 24 == 0 => {
            finish_of(theme.parcel_line.over(theme.ground, 0.15).packed(theme.parcel_fill_alpha), 1.0, label)
        }
        (_, Part::Wall) => {
            let [r, g, b, a] = style.fill.to_le_bytes();
            let wall = Rgb::from_linear(Rgb(r, g, b).linear().map(|c| c * WALL_SHARE));
            let wall = wall.packed(f32::from(a) / 255.0);
            Finish { name: format!("{label}, wall"), double_sided: true, ..finish_of(wall, 1.0, label) }
        }
        _ => finish_of(style.fill, 1.0, label),
    }
}

fn finish_of(packed: u32, share: f32, label: &str) -> Finish {
    let [r, g, b, a] = packed.to_le_bytes();
    let [r, g, b] = Rgb(r, g, b).linear();
    let alpha = f32::from(a) / 255.0 * share;
    Finish { name: label.to_owned(), colour: [r, g, b, alpha], double_sided: alpha < 1.0 }
}

/// The box around positions.
#[derive(Debug, Default)]
struct Around(Option<(Vec3, Vec3)>);

impl Around {
    fn take(&mut self, positions: &[[f32; 3]]) {
        for at in positions.iter().map(|at| Vec3::from_array(*at)) {
            let (low, high) = self.0.unwrap_or((at, at));
            self.0 = Some((low.min(at), high.max(at)));
        }
    }

    fn bounds(&self) -> Option<(Vec3, Vec3)> {
        self.0
    }
}
