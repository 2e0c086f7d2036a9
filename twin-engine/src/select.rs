//! What is under the pointer, and what a click or a drawn outline selects.

use bevy::math::DVec2;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use geo::{Coord, LineString, Polygon};
use spatial_db::model::{FeatureId, FeatureKind};

use crate::attribute::KINDS;
use crate::camera::Orbit;
use crate::camera::control::{ControlSystems, Pointer, park_ray};
use crate::cut::tool::Grip;
use crate::layers::Selection;
use crate::pick::Drawn;
use crate::scene::{Meshed, Twin};
use crate::split::Side;
use crate::tool::Tool;

/// What a box or an outline selects.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Catch {
    /// What the overlay speaks of, else buildings.
    #[default]
    OfOverlay,
    /// Everything that is drawn.
    Everything,
    /// One kind of features.
    Kind(FeatureKind),
}

impl Catch {
    /// The kinds that are looked for in a part of the picture.
    pub(crate) fn kinds(self, twin: &Twin, side: Side) -> Vec<FeatureKind> {
        match self {
            Self::OfOverlay => vec![selected_by_outline(twin, side)],
            Self::Kind(kind) => vec![kind],
            Self::Everything => {
                // Pipes that nobody sees are not meant.
                let below = twin.shows_pipes(side);
                let hidden =
                    |kind: &FeatureKind| !below && matches!(kind, FeatureKind::NetworkEdge | FeatureKind::NetworkNode);
                KINDS.into_iter().filter(|kind| !hidden(kind)).collect()
            }
        }
    }
}

/// What the mouse did on the scene.
#[derive(Message, Debug, Clone, PartialEq)]
pub(crate) enum Gesture {
    /// A click.
    Click {
        /// Pixel of the picture.
        pixel: Vec2,
        /// To what is selected already.
        add: bool,
    },
    /// An outline was drawn.
    Outline {
        /// Pixels of the picture, in order.
        outline: Vec<Vec2>,
        /// To what is selected already.
        add: bool,
    },
    /// A straight drag with a tool that cuts.
    Stretch {
        /// Pixel of the picture where it began.
        from: Vec2,
        /// Pixel where it ended.
        to: Vec2,
    },
    /// A handle of the cut is being dragged.
    Pull {
        /// Which one.
        grip: Grip,
        /// Pixel of the picture where it is now.
        pixel: Vec2,
    },
}

/// Systems of hover and selection.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Catch>()
        .add_message::<Gesture>()
        .add_systems(Update, (hover, select).chain().after(ControlSystems).before(crate::scene::SceneSystems));
}

fn hover(pointer: Res<Pointer>, meshed: Option<Res<Meshed>>, orbit: Res<Orbit>, mut twin: ResMut<Twin>) {
    if !pointer.is_changed() {
        return;
    }
    let hovered = meshed
        .zip(pointer.pixel.filter(|_| pointer.outline.len() < 2))
        .and_then(|(meshed, pixel)| picked(&orbit, &meshed, &twin, pixel));
    if twin.shown.hovered != hovered {
        twin.shown.hovered = hovered;
    }
}

fn select(
    mut gestures: MessageReader<Gesture>,
    meshed: Option<Res<Meshed>>,
    orbit: Res<Orbit>,
    tool: Res<Tool>,
    catch: Res<Catch>,
    mut twin: ResMut<Twin>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    // A click that measures, cuts, marks or draws selects nothing.
    let Some(meshed) = meshed.filter(|_| !tool.measures() && !tool.cuts() && !tool.is_of_networks()) else {
        gestures.clear();
        return;
    };
    for gesture in gestures.read() {
        let now = match gesture {
            Gesture::Click { pixel, add } => {
                let side = twin.side_at(pixel.x / orbit.size.x);
                if twin.right.is_some() && twin.chosen != side {
                    twin.chosen = side;
                }
                let hit = picked(&orbit, &meshed, &twin, *pixel);
                match (hit, add) {
                    (Some(id), true) => twin.shown.selection.toggled(id),
                    (None, true) => continue,
                    (hit, false) => hit.into(),
                }
            }
            Gesture::Outline { outline, add } => {
                let Some(area) = on_ground(&orbit, &meshed, outline) else { continue };
                // Of a split picture the part that the middle of the outline lies in.
                let middle = outline.iter().map(|px| px.x).sum::<f32>() / outline.len().max(1) as f32;
                let side = twin.side_at(middle / orbit.size.x);
                let (kinds, shown) = (catch.kinds(&twin, side), twin.shown_on(side));
                let found: Vec<FeatureId> =
                    kinds.into_iter().flat_map(|kind| meshed.picker.in_area(&area, kind, &shown)).collect();
                let before = if *add { twin.shown.selection.clone() } else { Selection::default() };
                before.with(found)
            }
            Gesture::Stretch { .. } | Gesture::Pull { .. } => continue,
        };
        if twin.shown.selection != now {
            twin.shown.selection = now;
        }
        redraw.write(RequestRedraw);
    }
}

/// The feature under a pixel of the picture.
pub(crate) fn picked(orbit: &Orbit, meshed: &Meshed, twin: &Twin, pixel: Vec2) -> Option<FeatureId> {
    let (eye, direction) = park_ray(orbit, meshed, pixel);
    let m_per_px_at_1m = 1.0 / f64::from(orbit.px_per_metre(1.0));
    let drawn = Drawn::of(twin, twin.side_at(pixel.x / orbit.size.x));
    crate::cut::pick::pick(twin, meshed, (eye, direction), m_per_px_at_1m, &drawn)?.feature
}

/// Kind of features that an outline selects: what the overlay speaks of, else buildings, else parcels.
pub(crate) fn selected_by_outline(twin: &Twin, side: Side) -> FeatureKind {
    let park = &twin.input.snapshot;
    let kinds = [
        (FeatureKind::Parcel, park.parcels.is_empty()),
        (FeatureKind::Building, park.buildings.is_empty()),
        (FeatureKind::NetworkEdge, park.edges.is_empty()),
    ];
    let below = twin.is_underground_on(side);
    let wanted = if below { Some(FeatureKind::NetworkEdge) } else { twin.overlay_on(side).map(|o| o.target) };
    let fits = |kind: FeatureKind| {
        kinds.iter().any(|(known, empty)| *known == kind && !empty) && twin.shown.layers.shows(kind)
    };
    wanted
        .filter(|kind| fits(*kind))
        .or_else(|| [FeatureKind::Building, FeatureKind::Parcel].into_iter().find(|kind| fits(*kind)))
        .unwrap_or(FeatureKind::NetworkEdge)
}

/// An outline on the picture as an area on the ground, park coordinates; the sky counts as ground far away.
fn on_ground(orbit: &Orbit, meshed: &Meshed, outline: &[Vec2]) -> Option<Polygon<f64>> {
    /// Pieces that a side is cut into: what is straight on the picture is not on a slope.
    const PIECES: usize = 8;
    if outline.len() < 3 {
        return None;
    }
    let far_m = meshed.geometry.extent.diagonal_m() * 2.0 + f64::from(orbit.distance_m);
    let ring: Vec<Coord<f64>> = (0..outline.len())
        .flat_map(|at| {
            let (a, b) = (outline[at], outline[(at + 1) % outline.len()]);
            let pieces = if outline.len() > 8 { 1 } else { PIECES };
            (0..pieces).map(move |piece| a.lerp(b, piece as f32 / pieces as f32))
        })
        .map(|pixel| {
            let (eye, way) = park_ray(orbit, meshed, pixel);
            let at: DVec2 = match meshed.picker.ground_distance(eye, way) {
                Some(distance) if distance < far_m => (eye + way * distance).truncate(),
                _ => eye.truncate() + way.truncate().normalize_or_zero() * far_m,
            };
            Coord { x: at.x, y: at.y }
        })
        .collect();
    let mut ring = LineString(ring);
    ring.close();
    Some(Polygon::new(ring, Vec::new()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use geo::Intersects;

    use super::*;
    use crate::fixture;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;

    fn meshed() -> (crate::TwinInput, Meshed) {
        let input = fixture::tiny();
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        (input, Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) })
    }

    /// Pixels of the corners of a rectangle on the ground.
    fn pixels(orbit: &Orbit, meshed: &Meshed, x: (f64, f64), y: (f64, f64)) -> Vec<Vec2> {
        let at = |dx: f64, dy: f64| {
            let (x, y) = (fixture::CORNER.0 + dx, fixture::CORNER.1 + dy);
            let z = meshed.geometry.ground.height(DVec2::new(x, y));
            orbit.pixel(meshed.geometry.origin.scene_from_park(x, y, z)).unwrap().0
        };
        vec![at(x.0, y.0), at(x.1, y.0), at(x.1, y.1), at(x.0, y.1)]
    }

    #[test]
    fn an_outline_selects_what_it_meets_on_the_ground_and_nothing_else() {
        let (input, meshed) = meshed();
        let orbit = crate::camera::view_of(crate::CameraChoice::WholePark, &meshed.geometry, &Orbit::default());
        // Over the two southern parcels in the west: 10…110 and 120…220 east, 20…130 north.
        let outline = pixels(&orbit, &meshed, (30.0, 200.0), (40.0, 120.0));
        let area = on_ground(&orbit, &meshed, &outline).unwrap();
        let shown = crate::style::Shown::default();
        let parcels = meshed.picker.in_area(&area, FeatureKind::Parcel, &shown);
        assert_eq!(parcels.iter().map(|id| id.id).collect::<Vec<_>>(), [1, 2]);
        let buildings = meshed.picker.in_area(&area, FeatureKind::Building, &shown);
        assert_eq!(buildings.iter().map(|id| id.id).collect::<Vec<_>>(), [1, 2]);
        // Against every footprint, as geo intersects it.
        let brute: Vec<FeatureId> =
            input.snapshot.buildings.iter().filter(|b| b.footprint.intersects(&area)).map(|b| b.id).collect();
        assert_eq!(buildings, brute);
    }

    #[test]
    fn an_outline_into_the_sky_reaches_to_the_end_of_the_park() {
        let (_, meshed) = meshed();
        let low = Orbit { pitch_deg: 10.0, bearing_deg: 180.0, distance_m: 500.0, ..Orbit::default() };
        let size = low.size;
        let outline = [Vec2::ZERO, Vec2::new(size.x, 0.0), size, Vec2::new(0.0, size.y)];
        let area = on_ground(&low, &meshed, &outline).unwrap();
        let found = meshed.picker.in_area(&area, FeatureKind::Building, &crate::style::Shown::default());
        assert_eq!(found.len(), 6, "everything ahead: {found:?}");
    }

    #[test]
    fn a_box_takes_a_chosen_kind_or_everything_that_is_seen() {
        use FeatureKind::{
            Building, EmergencyResource, HazardSource, NetworkEdge, NetworkNode, Parcel, RoadEdge, Surface,
        };
        let (input, meshed) = meshed();
        let mut twin = Twin::new(input, crate::style::Shown { overlay: Some(0), ..Default::default() });
        let orbit = crate::camera::view_of(crate::CameraChoice::WholePark, &meshed.geometry, &Orbit::default());
        let outline = pixels(&orbit, &meshed, (-30.0, 470.0), (10.0, 280.0));
        let area = on_ground(&orbit, &meshed, &outline).unwrap();
        let caught = |twin: &Twin, catch: Catch| {
            let kinds = catch.kinds(twin, Side::Left);
            let found = kinds.into_iter().flat_map(|kind| meshed.picker.in_area(&area, kind, &twin.shown));
            let mut counts = std::collections::BTreeMap::new();
            found.for_each(|id| *counts.entry(id.kind).or_insert(0) += 1);
            counts.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(caught(&twin, Catch::OfOverlay), [(Parcel, 8)]);
        assert_eq!(caught(&twin, Catch::Kind(Building)), [(Building, 6)]);
        assert_eq!(caught(&twin, Catch::Kind(NetworkEdge)), [(NetworkEdge, 2)]);
        let seen = [(Parcel, 8), (Building, 6), (RoadEdge, 2), (Surface, 1), (EmergencyResource, 3), (HazardSource, 1)];
        let sorted = |list: &[(FeatureKind, i32)]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(&caught(&twin, Catch::Everything)), sorted(&seen));
        // Looking underground, what lies there counts.
        twin.shown.underground = true;
        let below = [&seen[..], &[(NetworkEdge, 2), (NetworkNode, 1)]].concat();
        assert_eq!(sorted(&caught(&twin, Catch::Everything)), sorted(&below));
    }

    #[test]
    fn hidden_layers_are_not_selected() {
        use crate::layers::{LayerKey, LayerState};
        let (_, meshed) = meshed();
        let orbit = crate::camera::view_of(crate::CameraChoice::WholePark, &meshed.geometry, &Orbit::default());
        let outline = pixels(&orbit, &meshed, (0.0, 450.0), (0.0, 280.0));
        let area = on_ground(&orbit, &meshed, &outline).unwrap();
        let mut shown = crate::style::Shown::default();
        shown.layers.set(LayerKey::Buildings, LayerState { visible: false, opacity: 100 });
        assert!(meshed.picker.in_area(&area, FeatureKind::Building, &shown).is_empty());
        assert_eq!(meshed.picker.in_area(&area, FeatureKind::Parcel, &shown).len(), 8);
    }
}
