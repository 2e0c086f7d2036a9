//! What each slot looks like right now: overlay, hover and selection become 16 bytes per feature.
//!
//! Switching anything rewrites this buffer and nothing else. How the bytes are drawn is left to the shaders.

use analysis::emergency::security::is_rail;
use analysis::overlay::{Class, Overlay, Pattern};
use rayon::prelude::*;
use shaders::bits;
use std::sync::Arc;

use spatial_db::model::{
    FeatureId, FeatureKind, NetworkClass, NodeKind, ParkSnapshot, Presence, ResourceKind, SurfaceKind,
};

use crate::layers::{LayerKey, Layers, Selection};
use crate::slots::{GROUND, Said, Slots};
use crate::sun::SunTime;
use crate::theme::{PILLAR_MESH_M, Rgb, Theme};

/// One entry of the style buffer, as `Style` in `common.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    /// Fill, sRGB bytes with alpha on top.
    pub fill: u32,
    /// Line, sRGB bytes with alpha on top.
    pub line: u32,
    /// Pattern and flags.
    pub bits: u32,
    /// Factor on heights.
    pub height: f32,
}

impl Style {
    /// Size in the buffer, bytes.
    pub(crate) const BYTES: usize = 16;

    const fn plain(fill: u32, line: u32) -> Self {
        Self { fill, line, bits: bits::VISIBLE, height: 1.0 }
    }
}

/// What a person has switched on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    /// Active overlay.
    pub overlay: Option<usize>,
    /// Feature under the pointer.
    pub hovered: Option<FeatureId>,
    /// Selected features.
    pub selection: Selection,
    /// Layers that are drawn.
    pub layers: Layers,
    /// Ground translucent, pipes visible.
    pub underground: bool,
    /// Orthophoto on the ground, where there is one.
    pub photo: bool,
    /// Moment that the sun stands at; `None`: lit as maps are.
    pub sun: Option<SunTime>,
    /// What was there on the day looked at; `None`: everything.
    pub there: Option<Arc<Presence>>,
}

impl Shown {
    /// True when the feature in `row` of the snapshot's vector of `kind` was there on the day.
    pub(crate) fn is_there(&self, kind: FeatureKind, row: usize) -> bool {
        self.there.as_ref().is_none_or(|there| there.has(kind, row))
    }
}

/// Number of the pattern in the shader.
pub(crate) const fn pattern_number(pattern: Pattern) -> u32 {
    match pattern {
        Pattern::Solid => 0,
        Pattern::Hatch => 1,
        Pattern::CrossHatch => 2,
        Pattern::Dots => 3,
    }
}

/// The whole buffer but for hover and selection, which [`mark`] adds.
pub(crate) fn styles(
    snapshot: &ParkSnapshot,
    overlays: &[&Overlay],
    slots: &Slots,
    theme: &Theme,
    shown: &Shown,
) -> Vec<Style> {
    let said = shown.overlay.and_then(|index| Some(Said::new(overlays.get(index)?, slots)));
    styles_said(snapshot, overlays, slots, theme, shown, said.as_ref())
}

/// The same with what the active overlay says at hand.
pub(crate) fn styles_said(
    snapshot: &ParkSnapshot,
    overlays: &[&Overlay],
    slots: &Slots,
    theme: &Theme,
    shown: &Shown,
    said: Option<&Said>,
) -> Vec<Style> {
    let mut out = vec![Style { bits: 0, ..Style::plain(0, 0) }; slots.count()];
    let layer = |key: LayerKey, style: Style| in_layer(shown.layers, key, style);
    out[GROUND as usize] = layer(LayerKey::Terrain, Style::plain(theme.ground.packed(1.0), theme.ground.packed(1.0)));
    let overlay = shown.overlay.and_then(|index| overlays.get(index).copied());
    let class_at = |slot: usize| -> Option<&Class> { overlay?.classes.get(said?.class(slot)?) };
    let line = theme.parcel_line.packed(1.0);
    // There may be a million of a kind; their slots stand in the order of the park.
    fill(&mut out, slots, &snapshot.parcels, FeatureKind::Parcel, |slot, _| {
        let own = match class_at(slot) {
            Some(class) => Style {
                fill: Rgb::from(class.colour).packed(theme.parcel_fill_alpha),
                bits: bits::VISIBLE | pattern_number(class.pattern),
                ..Style::plain(0, line)
            },
            None => Style::plain(0, line),
        };
        layer(LayerKey::Parcels, own)
    });
    // One of each, not one a building: colours are mixed in linear light.
    let solids: Vec<Style> = overlay
        .iter()
        .flat_map(|overlay| &overlay.classes)
        .map(|class| solid(Some(class), theme.roof, theme.edge))
        .collect();
    let solid_at = |slot: usize| said.and_then(|said| solids.get(said.class(slot)?).copied());
    let plain = solid(None, theme.roof, theme.edge);
    fill(&mut out, slots, &snapshot.buildings, FeatureKind::Building, |slot, _| {
        layer(LayerKey::Buildings, solid_at(slot).unwrap_or(plain))
    });
    fill(&mut out, slots, &snapshot.surfaces, FeatureKind::Surface, |slot, surface| {
        let fill = class_at(slot).map_or(theme.surface(surface.kind), |class| class.colour.into());
        let line = if surface.kind == SurfaceKind::Water { theme.shore.packed(1.0) } else { 0 };
        let pattern = class_at(slot).map_or(0, |class| pattern_number(class.pattern));
        let style = Style { bits: bits::VISIBLE | pattern, ..Style::plain(fill.packed(1.0), line) };
        layer(LayerKey::Surfaces, style)
    });
    fill(&mut out, slots, &snapshot.roads, FeatureKind::RoadEdge, |slot, road| {
        let fill = if is_track(road.class.as_deref()) { theme.rail } else { theme.road };
        let fill = class_at(slot).map_or(fill, |class| class.colour.into());
        let pattern = class_at(slot).map_or(0, |class| pattern_number(class.pattern));
        // The road pass draws with `line` and the pattern, the casing pass with `fill` (line.wgsl).
        let own = Style::plain(theme.road_casing.packed(1.0), fill.packed(1.0));
        layer(LayerKey::Roads, Style { bits: bits::VISIBLE | pattern, ..own })
    });
    // What was asked of some lines is seen only where the others step back: a trace among eight colours is lost.
    let stepped_back = overlay
        .filter(|overlay| STEPS_BACK.contains(&overlay.name.as_str()))
        .map(|_| solid(None, theme.ink_soft.over(theme.ground, STEPPED_BACK), theme.edge));
    // One of each, not one a pipe, as of buildings.
    let own = NetworkClass::ALL.map(|class| (class, solid(None, theme.network(class), theme.edge)));
    let own_of = |class: NetworkClass| own.iter().find(|(other, _)| *other == class).map_or(plain, |(_, style)| *style);
    let unsaid = |class: NetworkClass| stepped_back.unwrap_or_else(|| own_of(class));
    fill(&mut out, slots, &snapshot.edges, FeatureKind::NetworkEdge, |slot, edge| {
        let style = solid_at(slot).unwrap_or_else(|| unsaid(edge.class));
        layer(LayerKey::Network(edge.class), style)
    });
    fill(&mut out, slots, &snapshot.nodes, FeatureKind::NetworkNode, |slot, node| {
        let mut style = solid_at(slot).unwrap_or_else(|| unsaid(node.class));
        if !shown.underground && node.kind != NodeKind::Hydrant {
            style.bits &= !bits::VISIBLE;
        }
        layer(LayerKey::Network(node.class), style)
    });
    fill(&mut out, slots, &snapshot.resources, FeatureKind::EmergencyResource, |slot, resource| {
        let own = if resource.kind == ResourceKind::Hydrant { HYDRANT_RED } else { theme.parcel_line };
        layer(LayerKey::Resources, solid_at(slot).unwrap_or_else(|| solid(None, own, theme.edge)))
    });
    fill(&mut out, slots, &snapshot.hazards, FeatureKind::HazardSource, |slot, _| {
        layer(LayerKey::Hazards, solid_at(slot).unwrap_or(plain))
    });
    let kinds = [FeatureKind::Parcel, FeatureKind::Building, FeatureKind::NetworkEdge, FeatureKind::NetworkNode];
    if shown.there.is_some() {
        for kind in kinds {
            out[of_kind(slots, kind)].par_iter_mut().with_min_len(AT_ONCE).enumerate().for_each(|(row, style)| {
                if !shown.is_there(kind, row) {
                    style.bits &= !bits::VISIBLE;
                }
            });
        }
    }
    // Zones and columns of other overlays are out of sight.
    for (index, overlay) in overlays.iter().enumerate().filter(|(index, _)| shown.overlay == Some(*index)) {
        for pillar in overlay.pillars.iter().filter(|pillar| pillar.height_m > 0.0) {
            let class = overlay.classes.get(pillar.class);
            if let (Some(class), Some(slot)) = (class, slots.of_pillar(index, pillar.feature)) {
                let style = Style {
                    height: pillar.height_m as f32 / PILLAR_MESH_M,
                    ..solid(Some(class), theme.roof, theme.edge)
                };
                out[slot as usize] = layer(LayerKey::Zones, style);
            }
        }
        for (class_index, label) in slots.zone_classes(index).iter().enumerate() {
            // By its words: on another day the legend may leave other classes out.
            let Some(class) = overlay.classes.iter().find(|class| class.label == *label) else { continue };
            let colour = Rgb::from(class.colour);
            let style = Style {
                fill: colour.packed(theme.zone_fill_alpha),
                bits: bits::VISIBLE | pattern_number(class.pattern),
                ..Style::plain(0, colour.packed(0.9))
            };
            if let Some(slot) = slots.of_class(index, class_index) {
                out[slot as usize] = layer(LayerKey::Zones, style);
            }
        }
    }
    if let (Some(overlay), Some(said)) = (overlay, said.filter(|said| said.has_outlines())) {
        out.par_iter_mut().with_min_len(AT_ONCE).enumerate().for_each(|(slot, style)| {
            if let Some(class) = said.outline(slot).and_then(|class| overlay.classes.get(class)) {
                style.line = Rgb::from(class.colour).packed(1.0);
                style.bits |= bits::OUTLINED | (pattern_number(class.pattern) << bits::OUTLINE_PATTERN);
            }
        });
    }
    out
}

/// Slots that one thread takes at a time.
const AT_ONCE: usize = 4096;

/// Writes the styles of all features of a kind; `style` is given the slot.
fn fill<T: Sync>(
    out: &mut [Style],
    slots: &Slots,
    features: &[T],
    kind: FeatureKind,
    style: impl Fn(usize, &T) -> Style + Sync,
) {
    let of = of_kind(slots, kind);
    let first = of.start;
    out[of].par_iter_mut().with_min_len(AT_ONCE).zip(features).enumerate().for_each(|(row, (out, feature))| {
        *out = style(first + row, feature);
    });
}

/// Slots of the features of a kind.
fn of_kind(slots: &Slots, kind: FeatureKind) -> std::ops::Range<usize> {
    let (first, count) = slots.range(kind);
    first..first + count
}

/// Adds hover and selection to the bytes of a buffer.
pub(crate) fn mark(bytes: &mut [u8], slots: &Slots, shown: &Shown) {
    let hovered = shown.hovered.iter().map(|id| (id, bits::HOVERED));
    let selected = shown.selection.ids().iter().map(|id| (id, bits::SELECTED));
    for (id, flag) in hovered.chain(selected) {
        if let Some(slot) = slots.of(*id) {
            // `bits` stands after fill and line.
            let at = slot as usize * Style::BYTES + 8;
            if let Some(word) = bytes.get_mut(at..at + 4) {
                let old = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                word.copy_from_slice(&(old | flag).to_le_bytes());
            }
        }
    }
}

/// The style as its layer's switch and opacity leave it.
fn in_layer(layers: Layers, key: LayerKey, mut style: Style) -> Style {
    let state = layers.get(key);
    if !state.visible {
        style.bits &= !bits::VISIBLE;
    }
    if state.opacity < 100 {
        let faded = |packed: u32| {
            let alpha = (packed >> 24) * u32::from(state.opacity) / 100;
            (packed & 0x00ff_ffff) | (alpha << 24)
        };
        (style.fill, style.line) = (faded(style.fill), faded(style.line));
    }
    style
}

/// Overlays of some lines alone: an answer, and pressures, which only water mains have.
const STEPS_BACK: [&str; 2] = [crate::network::NAME, "pressure"];
/// Ink in the grey of lines that an answer says nothing of.
const STEPPED_BACK: f32 = 0.4;
/// Red of hydrants in the scene itself.
const HYDRANT_RED: Rgb = Rgb::hex(0xC8_3A32);

/// Styles as the bytes of the storage buffer.
pub(crate) fn buffer_bytes(styles: &[Style]) -> Vec<u8> {
    let mut bytes = vec![0; styles.len() * Style::BYTES];
    let words = bytes.par_chunks_exact_mut(Style::BYTES).with_min_len(AT_ONCE);
    words.zip(styles).for_each(|(out, style)| {
        out[..4].copy_from_slice(&style.fill.to_le_bytes());
        out[4..8].copy_from_slice(&style.line.to_le_bytes());
        out[8..12].copy_from_slice(&style.bits.to_le_bytes());
        out[12..].copy_from_slice(&style.height.to_le_bytes());
    });
    bytes
}

/// True for the words that mean a railway or a tramway: tracks are drawn, not pavement.
pub(crate) fn is_track(class: Option<&str>) -> bool {
    class.is_some_and(|class| is_rail(class) || class.to_lowercase().contains("tram"))
}

/// True when the overlay speaks of what lies underground.
pub(crate) fn is_underground(overlay: &Overlay) -> bool {
    matches!(overlay.target, FeatureKind::NetworkEdge | FeatureKind::NetworkNode)
}

fn solid(class: Option<&Class>, own: Rgb, edge: Rgb) -> Style {
    match class {
        Some(class) => {
            let colour = Rgb::from(class.colour);
            Style {
                bits: bits::VISIBLE | pattern_number(class.pattern),
                ..Style::plain(colour.packed(1.0), Rgb(0, 0, 0).over(colour, 0.45).packed(1.0))
            }
        }
        None => Style::plain(own.packed(1.0), edge.packed(1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::slots::shaped;
    use crate::theme::ThemeChoice;

    fn all(overlays: &[Arc<Overlay>]) -> Vec<&Overlay> {
        overlays.iter().map(|overlay| &**overlay).collect()
    }

    fn at(id: FeatureId, slots: &Slots, styles: &[Style]) -> Style {
        styles[slots.of(id).unwrap() as usize]
    }

    #[test]
    fn the_buffer_holds_sixteen_bytes_a_slot_in_the_shaders_order() {
        let bytes = buffer_bytes(&[Style { fill: 0x0403_0201, line: 0x0807_0605, bits: 0x0102, height: 1.0 }]);
        assert_eq!(bytes, [1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 0, 0, 0, 0, 128, 63]);
        assert_eq!(Rgb(1, 2, 3).packed(1.0).to_le_bytes(), [1, 2, 3, 255]);
    }

    #[test]
    fn a_parcel_overlay_colours_parcels_and_leaves_buildings_neutral() {
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Daylight);
        let shown = Shown { overlay: Some(0), ..Shown::default() };
        let styles = styles(&input.snapshot, &all(&input.overlays), &slots, &theme, &shown);
        let overlay = &input.overlays[0];
        for parcel in &input.snapshot.parcels {
            let style = at(parcel.id, &slots, &styles);
            match overlay.verdicts.get(&parcel.id) {
                Some(verdict) => {
                    let class = &overlay.classes[verdict.class];
                    assert_eq!(style.fill, Rgb::from(class.colour).packed(theme.parcel_fill_alpha));
                    assert_eq!(style.bits & 0xff, pattern_number(class.pattern));
                }
                None => assert_eq!(style.fill >> 24, 0, "no verdict, no fill"),
            }
        }
        for building in &input.snapshot.buildings {
            assert_eq!(at(building.id, &slots, &styles).fill, theme.roof.packed(1.0));
        }
    }

    #[test]
    fn mains_have_the_colour_of_the_legend_and_other_lines_step_back() {
        let mut input = fixture::tiny();
        let theme = Theme::of(ThemeChoice::Daylight);
        let [main, other] = [0, 1].map(|row: usize| input.snapshot.edges[row].clone());
        let overlay = Arc::make_mut(&mut input.overlays[0]);
        (overlay.name, overlay.target) = ("pressure".into(), FeatureKind::NetworkEdge);
        let verdict = analysis::overlay::Verdict { class: 0, value: None, outline: None, facts: Vec::new() };
        overlay.verdicts.clear();
        overlay.verdicts.insert(main.id, verdict);
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let shown = Shown { overlay: Some(0), underground: true, ..Shown::default() };
        let styles = styles(&input.snapshot, &all(&input.overlays), &slots, &theme, &shown);
        let legend = Rgb::from(input.overlays[0].classes[0].colour);
        assert_eq!(at(main.id, &slots, &styles).fill, legend.packed(1.0));
        let grey = at(other.id, &slots, &styles).fill;
        assert_ne!(grey, theme.network(other.class).packed(1.0));
        assert_eq!(grey, theme.ink_soft.over(theme.ground, STEPPED_BACK).packed(1.0));
    }

    #[test]
    fn hover_and_selection_only_set_their_bits() {
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Dark);
        let plain = styles(&input.snapshot, &all(&input.overlays), &slots, &theme, &Shown::default());
        let (hovered, selected) = (input.snapshot.parcels[0].id, input.snapshot.buildings[0].id);
        let also = input.snapshot.buildings[2].id;
        let shown =
            Shown { hovered: Some(hovered), selection: [selected, also].into_iter().collect(), ..Shown::default() };
        let mut marked = buffer_bytes(&plain);
        mark(&mut marked, &slots, &shown);
        for (slot, (a, b)) in plain.iter().zip(marked.chunks_exact(Style::BYTES)).enumerate() {
            let expected = match slot as u32 {
                s if Some(s) == slots.of(hovered) => bits::HOVERED,
                s if Some(s) == slots.of(selected) || Some(s) == slots.of(also) => bits::SELECTED,
                _ => 0,
            };
            assert_eq!(b, buffer_bytes(&[Style { bits: a.bits | expected, ..*a }]));
        }
    }

    #[test]
    fn a_layers_switch_hides_its_features_and_its_opacity_fades_them_and_nothing_else() {
        use crate::layers::LayerState;
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Daylight);
        let drawn = |shown: &Shown| styles(&input.snapshot, &all(&input.overlays), &slots, &theme, shown);
        let before = drawn(&Shown { overlay: Some(0), ..Shown::default() });
        let mut shown = Shown { overlay: Some(0), ..Shown::default() };
        shown.layers.set(LayerKey::Buildings, LayerState { visible: false, opacity: 100 });
        shown.layers.set(LayerKey::Parcels, LayerState { visible: true, opacity: 50 });
        let after = drawn(&shown);
        let own: Vec<u32> = input.snapshot.buildings.iter().filter_map(|b| slots.of(b.id)).collect();
        let faded: Vec<u32> = input.snapshot.parcels.iter().filter_map(|p| slots.of(p.id)).collect();
        for (slot, (a, b)) in before.iter().zip(&after).enumerate() {
            let slot = slot as u32;
            if own.contains(&slot) {
                assert_eq!((a.bits & bits::VISIBLE, b.bits & bits::VISIBLE), (bits::VISIBLE, 0));
            } else if faded.contains(&slot) {
                assert_eq!((b.fill >> 24, b.line >> 24), ((a.fill >> 24) / 2, (a.line >> 24) / 2));
            } else {
                assert_eq!(a, b);
            }
        }
    }

    #[test]
    fn a_second_class_becomes_a_strong_outline_and_leaves_the_fill() {
        let mut input = fixture::tiny();
        let id = input.snapshot.parcels[1].id;
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Daylight);
        let shown = Shown { overlay: Some(0), ..Shown::default() };
        let before = at(id, &slots, &styles(&input.snapshot, &all(&input.overlays), &slots, &theme, &shown));
        Arc::make_mut(&mut input.overlays[0]).verdicts.get_mut(&id).unwrap().outline = Some(3);
        let after = at(id, &slots, &styles(&input.snapshot, &all(&input.overlays), &slots, &theme, &shown));
        assert_eq!(after.fill, before.fill);
        assert_eq!(after.line, Rgb::from(input.overlays[0].classes[3].colour).packed(1.0));
        assert_eq!(after.bits, before.bits | bits::OUTLINED | (1 << bits::OUTLINE_PATTERN));
    }

    #[test]
    fn slots_are_unique_and_cover_every_class() {
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let mut seen: Vec<u32> = shaped(&input.snapshot).map(|id| slots.of(id).unwrap()).collect();
        for (index, overlay) in input.overlays.iter().enumerate() {
            seen.extend((0..overlay.classes.len()).filter_map(|class| slots.of_class(index, class)));
            seen.extend(overlay.pillars.iter().filter_map(|pillar| slots.of_pillar(index, pillar.feature)));
        }
        seen.push(GROUND);
        seen.sort_unstable();
        assert_eq!(seen, (0..slots.count() as u32).collect::<Vec<_>>());
    }
}
