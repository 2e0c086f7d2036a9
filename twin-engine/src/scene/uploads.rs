//! What the tiles of a scene share: the style of every feature, the materials of every pass, the photo on the ground.

use std::collections::{HashMap, VecDeque};

use bevy::asset::RenderAssetUsages;
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;

use super::stream::Stream;
use super::{Photo, SceneGeometry, Twin};
use crate::camera::Orbit;
use crate::cut::Cut;
use crate::cut::scene::SceneCut;
use crate::material::{LayerMaterial, Pass, SceneUniform};
use crate::mesh::{Layer, TileMesh};
use crate::slots::{Said, Slots};
use crate::split::{Piece, Side};
use crate::style::{Shown, buffer_bytes, mark, styles_said};
use crate::sun::Sun;
use crate::theme::{Rgb, ThemeChoice};
use crate::work::in_frame;

/// What the uniforms were made for: theme, size of its pixels, piece of the picture, cut, which sides are seen underground, light.
type DrawnWith = (ThemeChoice, f32, Option<Piece>, Cut, [bool; 2], Sun);

/// Tiles waiting for upload, and the materials and styles they share.
#[derive(Resource, Debug)]
pub(crate) struct Uploads {
    pub(super) waiting: VecDeque<(Option<usize>, TileMesh)>,
    pub(super) stream: Stream,
    /// Counts up with every tile that is made, made anew or dropped.
    pub(super) generation: u64,
    materials: HashMap<Look, Handle<LayerMaterial>>,
    /// The photo and where it lies; `None` until it is ready.
    photo: Option<Laid>,
    drawn_with: Option<DrawnWith>,
    left: Styled,
    /// The right part of a split picture.
    right: Option<Styled>,
}

/// The style buffer of a side.
#[derive(Debug)]
struct Styled {
    buffer: Handle<ShaderBuffer>,
    as_shown: Option<(ThemeChoice, Shown, u64)>,
    /// Bytes without hover and selection: those change often, and only a few bits of the whole.
    unmarked: Vec<u8>,
    /// What overlays say of the slots, by their place among the twin's, each as soon as it was shown once.
    said: HashMap<usize, Said>,
    /// The overlays that this is of.
    said_of: u64,
}

impl Styled {
    fn new(twin: &Twin, side: Side, slots: &Slots, buffers: &mut Assets<ShaderBuffer>) -> Self {
        let mut styled = Self {
            buffer: Handle::default(),
            as_shown: None,
            unmarked: Vec::new(),
            said: HashMap::new(),
            said_of: twin.overlays_version,
        };
        styled.unmarked = styled.style_bytes(twin, side, slots);
        let mut bytes = styled.unmarked.clone();
        mark(&mut bytes, slots, &twin.shown);
        // The bytes go to the device: what is needed here stands in `unmarked`.
        styled.buffer = buffers.add(ShaderBuffer::new(&bytes, RenderAssetUsages::RENDER_WORLD));
        styled
    }

    /// The bytes of a side, without hover and selection.
    fn style_bytes(&mut self, twin: &Twin, side: Side, slots: &Slots) -> Vec<u8> {
        if self.said_of != twin.overlays_version {
            self.said.clear();
            self.said_of = twin.overlays_version;
        }
        let shown = Shown { underground: twin.shows_pipes(side), ..twin.shown_on(side) };
        let overlays = twin.overlays_on(side);
        let said = match shown.overlay.and_then(|at| Some((at, *overlays.get(at)?))) {
            Some((at, overlay)) => Some(&*self.said.entry(at).or_insert_with(|| Said::new(overlay, slots))),
            None => None,
        };
        let theme = twin.theme();
        in_frame(|| buffer_bytes(&styles_said(&twin.input.snapshot, &overlays, slots, &theme, &shown, said)))
    }

    fn restyle(&mut self, twin: &Twin, side: Side, slots: &Slots, buffers: &mut Assets<ShaderBuffer>) {
        // What the style depends on is whether pipes are drawn, not why.
        let shown = Shown { underground: twin.shows_pipes(side), ..twin.shown_on(side) };
        let now = (twin.theme, shown, twin.overlays_version);
        if self.as_shown.as_ref() == Some(&now) {
            return;
        }
        let same_but_marks = self.as_shown.as_ref().is_some_and(|(theme, shown, version)| {
            let (hovered, selection) = (shown.hovered, shown.selection.clone());
            (*theme, *version) == (now.0, now.2) && *shown == Shown { hovered, selection, ..now.1.clone() }
        });
        if !same_but_marks {
            self.unmarked = self.style_bytes(twin, side, slots);
        }
        if let Some(mut buffer) = buffers.get_mut(&self.buffer) {
            let mut bytes = self.unmarked.clone();
            mark(&mut bytes, slots, &twin.shown);
            buffer.data = Some(bytes);
        }
        self.as_shown = Some(now);
    }
}

/// A pass with how it is blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way to be drawn of its own")]
struct Look {
    pass: Pass,
    /// Faint, over pipes in underground mode.
    ghost: bool,
    /// Blended, because a layer in it is translucent.
    blended: bool,
    /// Under the photo.
    photo: bool,
    /// Part of the picture.
    side: Side,
    /// A part of it is cut away.
    cut: bool,
}

impl Look {
    fn of(pass: Pass, twin: &Twin, side: Side, cut: bool) -> Self {
        let ghost = is_ghost(pass.layer, twin, side);
        let blended = twin.shown.layers.is_translucent(pass.layer);
        Self { pass, ghost, blended, photo: false, side, cut }
    }
}

/// A photo on the ground.
#[derive(Debug, Clone)]
struct Laid {
    /// `None` where no tile of it could be decoded.
    picture: Option<Handle<Image>>,
    /// Its mean colour.
    mean: Option<Rgb>,
    /// West and north of it in the park, m, and its placement in the scene of an origin.
    corner: [f64; 2],
    placement: Vec4,
}

impl Uploads {
    /// Takes the tiles out of `geometry`, ground first; its buckets follow as the camera needs them.
    pub(crate) fn new(geometry: &mut SceneGeometry, twin: &Twin, buffers: &mut Assets<ShaderBuffer>) -> Self {
        let tiles = std::mem::take(&mut geometry.tiles).into_iter().map(|tile| (None, tile));
        let of_overlays = std::mem::take(&mut geometry.overlay_tiles).into_iter().map(|(i, tile)| (Some(i), tile));
        Self {
            waiting: tiles.chain(of_overlays).collect(),
            stream: Stream::new(geometry, twin.light()),
            generation: 0,
            materials: HashMap::new(),
            photo: None,
            drawn_with: None,
            left: Styled::new(twin, Side::Left, &geometry.slots, buffers),
            right: None,
        }
    }

    /// True once all that a view needs has been there.
    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.stream.was_complete()
    }

    /// True when all that this view needs is there.
    pub(crate) fn is_settled(&self, orbit: &Orbit) -> bool {
        self.waiting.is_empty() && self.stream.is_settled(orbit)
    }

    /// True where the right part of a split picture has a style of its own.
    pub(super) fn has_right(&self) -> bool {
        self.right.is_some()
    }

    /// Lets go of all that only the right part needs.
    pub(super) fn let_right_go(&mut self) {
        self.right = None;
        self.materials.retain(|look, _| look.side == Side::Left);
    }

    /// The view that the tiles there are meant for.
    pub(super) fn viewed(&self) -> Option<Orbit> {
        self.stream.viewed()
    }

    /// Tiles that are made or wait to be uploaded.
    pub(crate) fn under_way(&self) -> usize {
        self.waiting.len() + self.stream.under_way()
    }

    /// What is kept for the next switch: materials, and what overlays say of the slots.
    pub(crate) fn kept(&self) -> (usize, usize) {
        let said = self.left.said.len() + self.right.as_ref().map_or(0, |right| right.said.len());
        (self.materials.len(), said)
    }

    /// True when the photo is ready to be drawn, or known to be none.
    pub(crate) fn has_photo(&self) -> bool {
        self.photo.is_some()
    }

    /// Lays the photo on the ground.
    pub(crate) fn take_photo(&mut self, photo: Option<Photo>, geometry: &SceneGeometry, images: &mut Assets<Image>) {
        let placement = photo.as_ref().map_or(Vec4::ZERO, |photo| photo.placement(&geometry.origin));
        let corner = photo.as_ref().map_or([0.0; 2], Photo::corner);
        let mean = photo.as_ref().and_then(Photo::mean);
        let picture = photo.map(|photo| images.add(photo.into_image()));
        self.photo = Some(Laid { picture, mean, corner, placement });
    }

    /// What lies under a translucent fill: the photo's mean colour where one is shown.
    pub(crate) fn ground(&self, twin: &Twin) -> Rgb {
        let photo = self.photo.as_ref().filter(|_| twin.shows_photo());
        photo.and_then(|laid| laid.mean).unwrap_or(twin.theme().ground)
    }

    /// Lays the photo of `before` on this ground.
    pub(super) fn keep_photo(&mut self, before: Option<&Self>, geometry: &SceneGeometry) {
        self.photo = before.and_then(|before| before.photo.clone()).map(|laid| {
            let [west, north] = laid.corner;
            let corner = geometry.origin.scene_from_park(west, north, geometry.origin.z_m);
            Laid { placement: Vec4::new(corner.x, corner.z, laid.placement.z, laid.placement.w), ..laid }
        });
    }

    /// Writes styles and, if the theme or picture size changed, uniforms.
    pub(crate) fn restyle(
        &mut self,
        twin: &Twin,
        geometry: &SceneGeometry,
        buffers: &mut Assets<ShaderBuffer>,
        materials: &mut Assets<LayerMaterial>,
    ) {
        self.left.restyle(twin, Side::Left, &geometry.slots, buffers);
        if twin.right.is_some() {
            let right = self.right.get_or_insert_with(|| Styled::new(twin, Side::Right, &geometry.slots, buffers));
            right.restyle(twin, Side::Right, &geometry.slots, buffers);
        }
        let underground = [Side::Left, Side::Right].map(|side| twin.is_underground_on(side));
        let drawn_with = Some((twin.theme, twin.px_factor, twin.piece, twin.cut.clone(), underground, twin.light()));
        if self.drawn_with != drawn_with {
            self.drawn_with = drawn_with;
            let cuts = [Side::Left, Side::Right].map(|side| twin.scene_cut(geometry, side));
            for (look, handle) in &self.materials {
                if let Some(mut material) = materials.get_mut(handle) {
                    material.scene = self.uniform(twin, geometry, *look);
                    material.cut = cut_uniform(twin, cuts[look.side as usize].as_ref(), look.pass.layer);
                }
            }
        }
    }

    pub(super) fn material(
        &mut self,
        pass: Pass,
        side: Side,
        is_cut: bool,
        twin: &Twin,
        geometry: &SceneGeometry,
        materials: &mut Assets<LayerMaterial>,
    ) -> Handle<LayerMaterial> {
        let photo = self.photo.as_ref().and_then(|laid| laid.picture.clone());
        let photo = photo.filter(|_| pass.layer == Layer::Terrain && twin.shows_photo());
        let look = Look { photo: photo.is_some(), ..Look::of(pass, twin, side, is_cut) };
        if let Some(known) = self.materials.get(&look) {
            return known.clone();
        }
        let scene = self.uniform(twin, geometry, look);
        let blended = look.ghost || look.blended;
        let cut = cut_uniform(twin, twin.scene_cut(geometry, side).as_ref(), pass.layer);
        let right = self.right.as_ref().filter(|_| side == Side::Right);
        let styles = right.unwrap_or(&self.left).buffer.clone();
        let handle = materials.add(LayerMaterial { styles, scene, photo, cut, is_cut, pass, blended });
        self.materials.insert(look, handle.clone());
        handle
    }

    fn uniform(&self, twin: &Twin, geometry: &SceneGeometry, look: Look) -> SceneUniform {
        let placement = self.photo.as_ref().map_or(Vec4::ZERO, |laid| laid.placement);
        uniform(twin, geometry, look).with_photo(placement)
    }
}

fn uniform(twin: &Twin, geometry: &SceneGeometry, look: Look) -> SceneUniform {
    SceneUniform::new(&twin.theme(), look.pass.layer, look.ghost, geometry.ground_y(), twin.px_factor)
        .with_whole_px(twin.one_sample)
        .with_pipe_factor(look.pass.layer, twin.cut.pipe_factor)
        .with_sun(twin.light())
        .in_piece(twin.piece)
}

pub(super) fn cut_uniform(twin: &Twin, cut: Option<&SceneCut>, layer: Layer) -> crate::cut::scene::CutUniform {
    cut.map_or_else(|| SceneCut::nothing().uniform(&twin.theme(), layer), |cut| cut.uniform(&twin.theme(), layer))
}

fn is_ghost(layer: Layer, twin: &Twin, side: Side) -> bool {
    twin.is_underground_on(side)
        && !matches!(layer, Layer::Sky | Layer::Cap | Layer::Pipe | Layer::Fitting | Layer::Pillar)
}
