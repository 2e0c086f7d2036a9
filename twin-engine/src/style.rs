//! What each slot looks like right now: overlay, hover and selection become 16 bytes per feature.
//!
//! Switching anything rewrites this buffer and nothing else. How the bytes are drawn is left to the shaders.

use analysis::overlay::{Class, Overlay, Pattern};
use shaders::bits;
use spatial_db::model::{FeatureId, FeatureKind, NodeKind, ParkSnapshot, ResourceKind, SurfaceKind};

use crate::slots::{GROUND, Slots};
use crate::theme::{Rgb, Theme};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    /// Active overlay.
    pub overlay: Option<usize>,
    /// Feature under the pointer.
    pub hovered: Option<FeatureId>,
    /// Selected feature.
    pub selected: Option<FeatureId>,
    /// Ground translucent, pipes visible.
    pub underground: bool,
    /// Orthophoto on the ground, where there is one.
    pub photo: bool,
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

/// The whole buffer.
pub(crate) fn styles(
    snapshot: &ParkSnapshot,
    overlays: &[Overlay],
    slots: &Slots,
    theme: &Theme,
    shown: Shown,
) -> Vec<Style> {
    let mut out = vec![Style::plain(0, 0); slots.count()];
    out[GROUND as usize] = Style::plain(theme.ground.packed(1.0), theme.ground.packed(1.0));
    let overlay = shown.overlay.and_then(|index| overlays.get(index));
    let class_of = |id: FeatureId| -> Option<&Class> {
        let overlay = overlay?;
        overlay.classes.get(overlay.verdicts.get(&id)?.class)
    };
    let mut put = |id: FeatureId, style: Style| {
        if let Some(slot) = slots.of(id) {
            out[slot as usize] = style;
        }
    };
    for parcel in &snapshot.parcels {
        let line = theme.parcel_line.packed(1.0);
        put(
            parcel.id,
            match class_of(parcel.id) {
                Some(class) => Style {
                    fill: Rgb::from(class.colour).packed(theme.parcel_fill_alpha),
                    bits: bits::VISIBLE | pattern_number(class.pattern),
                    ..Style::plain(0, line)
                },
                None => Style::plain(0, line),
            },
        );
    }
    for building in &snapshot.buildings {
        put(building.id, solid(class_of(building.id), theme.roof, theme.edge));
    }
    for surface in &snapshot.surfaces {
        let fill = class_of(surface.id).map_or(theme.surface(surface.kind), |class| class.colour.into());
        let line = if surface.kind == SurfaceKind::Water { theme.shore.packed(1.0) } else { 0 };
        let pattern = class_of(surface.id).map_or(0, |class| pattern_number(class.pattern));
        put(surface.id, Style { bits: bits::VISIBLE | pattern, ..Style::plain(fill.packed(1.0), line) });
    }
    for road in &snapshot.roads {
        let fill = if is_rail(road.class.as_deref()) { theme.rail } else { theme.road };
        let fill = class_of(road.id).map_or(fill, |class| class.colour.into());
        // The road pass draws with `line`, the casing pass with `fill` (line.wgsl).
        put(road.id, Style::plain(theme.road_casing.packed(1.0), fill.packed(1.0)));
    }
    for edge in &snapshot.edges {
        put(edge.id, solid(class_of(edge.id), theme.network(edge.class), theme.edge));
    }
    for node in &snapshot.nodes {
        let own = theme.network(node.class);
        let mut style = solid(class_of(node.id), own, theme.edge);
        if !shown.underground && node.kind != NodeKind::Hydrant {
            style.bits &= !bits::VISIBLE;
        }
        put(node.id, style);
    }
    for resource in &snapshot.resources {
        let own = if resource.kind == ResourceKind::Hydrant { HYDRANT_RED } else { theme.parcel_line };
        put(resource.id, solid(class_of(resource.id), own, theme.edge));
    }
    for hazard in &snapshot.hazards {
        put(hazard.id, solid(class_of(hazard.id), theme.roof, theme.edge));
    }
    for (index, overlay) in overlays.iter().enumerate() {
        for (class_index, class) in overlay.classes.iter().enumerate() {
            let colour = Rgb::from(class.colour);
            out[slots.of_class(index, class_index) as usize] = Style {
                fill: colour.packed(theme.zone_fill_alpha),
                bits: bits::VISIBLE | pattern_number(class.pattern),
                ..Style::plain(0, colour.packed(0.9))
            };
        }
    }
    if let Some(overlay) = overlay {
        for (id, verdict) in &overlay.verdicts {
            if let (Some(slot), Some(class)) = (slots.of(*id), verdict.outline.and_then(|c| overlay.classes.get(c))) {
                let style = &mut out[slot as usize];
                style.line = Rgb::from(class.colour).packed(1.0);
                style.bits |= bits::OUTLINED | (pattern_number(class.pattern) << bits::OUTLINE_PATTERN);
            }
        }
    }
    for (feature, flag) in [(shown.hovered, bits::HOVERED), (shown.selected, bits::SELECTED)] {
        if let Some(slot) = feature.and_then(|id| slots.of(id)) {
            out[slot as usize].bits |= flag;
        }
    }
    out
}

/// Red of hydrants in the scene itself.
const HYDRANT_RED: Rgb = Rgb::hex(0xC8_3A32);

/// Styles as the bytes of the storage buffer.
pub(crate) fn buffer_bytes(styles: &[Style]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(styles.len() * Style::BYTES);
    for style in styles {
        bytes.extend(style.fill.to_le_bytes());
        bytes.extend(style.line.to_le_bytes());
        bytes.extend(style.bits.to_le_bytes());
        bytes.extend(style.height.to_le_bytes());
    }
    bytes
}

/// True for the words that mean a railway.
pub(crate) fn is_rail(class: Option<&str>) -> bool {
    class.is_some_and(|word| {
        let word = word.to_lowercase();
        word.contains("rail") || word.contains("tram") || word.contains("铁路")
    })
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
    use crate::theme::ThemeChoice;

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
        let styles = styles(&input.snapshot, &input.overlays, &slots, &theme, shown);
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
    fn hover_and_selection_only_set_their_bits() {
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Dark);
        let plain = styles(&input.snapshot, &input.overlays, &slots, &theme, Shown::default());
        let (hovered, selected) = (input.snapshot.parcels[0].id, input.snapshot.buildings[0].id);
        let shown = Shown { hovered: Some(hovered), selected: Some(selected), ..Shown::default() };
        let marked = styles(&input.snapshot, &input.overlays, &slots, &theme, shown);
        for (slot, (a, b)) in plain.iter().zip(&marked).enumerate() {
            let expected = match slot as u32 {
                s if Some(s) == slots.of(hovered) => bits::HOVERED,
                s if Some(s) == slots.of(selected) => bits::SELECTED,
                _ => 0,
            };
            assert_eq!(*b, Style { bits: a.bits | expected, ..*a });
        }
    }

    #[test]
    fn a_second_class_becomes_a_strong_outline_and_leaves_the_fill() {
        let mut input = fixture::tiny();
        let id = input.snapshot.parcels[1].id;
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let theme = Theme::of(ThemeChoice::Daylight);
        let shown = Shown { overlay: Some(0), ..Shown::default() };
        let before = at(id, &slots, &styles(&input.snapshot, &input.overlays, &slots, &theme, shown));
        input.overlays[0].verdicts.get_mut(&id).unwrap().outline = Some(3);
        let after = at(id, &slots, &styles(&input.snapshot, &input.overlays, &slots, &theme, shown));
        assert_eq!(after.fill, before.fill);
        assert_eq!(after.line, Rgb::from(input.overlays[0].classes[3].colour).packed(1.0));
        assert_eq!(after.bits, before.bits | bits::OUTLINED | (1 << bits::OUTLINE_PATTERN));
    }

    #[test]
    fn slots_are_unique_and_cover_every_class() {
        let input = fixture::tiny();
        let slots = Slots::new(&input.snapshot, &input.overlays);
        let mut seen: Vec<u32> = slots.features().iter().map(|id| slots.of(*id).unwrap()).collect();
        for (index, overlay) in input.overlays.iter().enumerate() {
            seen.extend((0..overlay.classes.len()).map(|class| slots.of_class(index, class)));
        }
        seen.push(GROUND);
        seen.sort_unstable();
        assert_eq!(seen, (0..slots.count() as u32).collect::<Vec<_>>());
    }
}
