//! Which features are drawn together: buckets of some hundred neighbours that are meshed as the camera needs them, each at
//! one of three levels of detail.
//!
//! What a bucket looks like is left to `bucket`, when which is needed to `stream`.

use std::sync::Arc;

use bevy::math::{DVec2, Vec3};
use geo::{Area, BoundingRect, MultiPolygon};
use rayon::prelude::*;
use spatial_db::model::{ParkSnapshot, SurfaceKind};

use super::bucket::road_width_m;
use super::geometry::{hazard_place, tank_size_m};
use crate::extent::Extent;
use crate::mesh::{Ground, Layer};
use crate::space::SceneOrigin;

/// Features per bucket aimed at.
const FEATURES_PER_BUCKET: f64 = 300.0;
/// Most buckets along a side of the park.
const MOST_BUCKETS: f64 = 48.0;

/// The features of a bucket: rows of one vector of the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Buildings,
    Parcels,
    Surfaces,
    Water,
    Roads,
    Edges,
    Nodes,
    Resources,
    Hazards,
}

impl Content {
    const ALL: [Self; 9] = [
        Self::Buildings,
        Self::Parcels,
        Self::Surfaces,
        Self::Water,
        Self::Roads,
        Self::Edges,
        Self::Nodes,
        Self::Resources,
        Self::Hazards,
    ];

    /// Passes that draw it.
    const fn layers(self) -> &'static [Layer] {
        match self {
            Self::Buildings => &[Layer::Building, Layer::BuildingEdge, Layer::Shadow],
            Self::Parcels => &[Layer::Parcel, Layer::ParcelLine],
            Self::Surfaces => &[Layer::Surface],
            Self::Water => &[Layer::SurfaceLine],
            Self::Roads => &[Layer::RoadCasing, Layer::Road],
            Self::Edges => &[Layer::Pipe],
            Self::Nodes | Self::Resources => &[Layer::Fitting],
            Self::Hazards => &[Layer::Hazard],
        }
    }
}

/// How much of its features a bucket shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// As far, but one feature in some stands for its neighbours too.
    Sparse,
    /// Blocks of buildings without walls, but for towers; areas that are not cut along the ground.
    Far,
    /// Blocks of buildings; areas that are not cut along the ground.
    Simple,
    /// As on record.
    Full,
}

/// Size of a feature on screen, px, from which its outline shows, and from which its walls do.
const FULL_PX: f32 = 5.0;
const SIMPLE_PX: f32 = 1.6;
/// Size from which each is drawn for itself.
const FAR_PX: f32 = 0.6;
/// The same for parcels and ground cover, which must follow every fold of the ground from there. Further away their layer's pull
/// towards the eye lifts them over it: by a seventh of a parcel's own size, and less for cover, which lies lower.
const FULL_PARCEL_PX: f32 = 14.0;
const FULL_COVER_PX: f32 = 4.0;
/// Outlines of smaller parcels have faded away (`line.wgsl`).
const OUTLINE_PX: f32 = 8.0;
/// Fine detail of a building is drawn when it is at least this large on screen, px.
const DETAIL_PX: f32 = 13.0;
/// Smallest building, px, that gets a shadow: under smaller ones it costs a third of the frame and cannot be seen.
const SHADOW_PX: f32 = 8.0;
/// Width of a road on screen, px, from which its joints and the folds of the ground under it show, from which it has a casing,
/// and from which its bends show.
const FULL_ROAD_PX: f32 = 2.5;
const CASING_PX: f32 = 0.7;
const BENDS_PX: f32 = 0.7;
/// From this size edges and shadow are whole: vertical edges, and a soft rim where wall meets ground.
const WHOLE_PX: f32 = 26.0;
/// Pixels a metre from which chambers and valves show.
const FITTING_PX_PER_M: f32 = 1.0;
/// How far below the ground pipes are looked for, m.
const DEEP_M: f64 = 12.0;
/// What is there stays until it is this share of the size from which it is made: a camera that sways makes nothing anew.
const KEPT: f32 = 0.7;

/// Features that are drawn together in one pass.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// Pass.
    pub(crate) layer: Layer,
    pub(super) content: Content,
    /// Rows in the snapshot's vector, shared by the passes of a place.
    pub(crate) rows: Arc<[u32]>,
    /// Box around them, scene metres.
    pub(crate) lowest: Vec3,
    /// The other corner of the box.
    pub(crate) highest: Vec3,
    /// Size of the features that three quarters of them do not exceed, m.
    pub(crate) feature_size_m: f32,
    /// Size of the largest, m.
    pub(crate) largest_m: f32,
}

impl Bucket {
    /// The level to show at `px_per_m` pixels a metre, where `now` is shown; `None`: nothing. `care` is 1 in a window and more
    /// where a picture may take its time: outlines show from so much smaller a size. Edges and shadows, which would be a grey veil
    /// there, do not. Below 1 all of them show from so much larger a size, and walls as ever.
    pub(super) fn level(&self, px_per_m: f32, now: Option<Level>, care: f32) -> Option<Level> {
        let size_px = self.feature_size_m * px_per_m;
        // More care brings no more of what is only drawn near by, less brings less.
        let near_px = size_px * care.min(1.0);
        let reaches = |px: f32, at: f32, level: Level| px >= at || (now >= Some(level) && px >= at * KEPT);
        let levels = |full: f32, simple: f32| {
            if reaches(size_px * care, full, Level::Full) {
                Level::Full
            } else if reaches(size_px * care.max(1.0), simple, Level::Simple) {
                Level::Simple
            } else {
                Level::Far
            }
        };
        let sparse = |level: Level| {
            let few = level == Level::Far && !reaches(size_px * care.max(1.0), FAR_PX, Level::Far);
            if few { Level::Sparse } else { level }
        };
        match self.layer {
            Layer::Building => Some(sparse(levels(FULL_PX, SIMPLE_PX))),
            Layer::Parcel => Some(sparse(levels(FULL_PARCEL_PX, SIMPLE_PX))),
            Layer::Surface => Some(levels(FULL_COVER_PX, 0.0)),
            Layer::BuildingEdge => reaches(near_px, DETAIL_PX, Level::Simple).then(|| levels(WHOLE_PX, 0.0)),
            Layer::Shadow => reaches(near_px, SHADOW_PX, Level::Simple).then(|| levels(WHOLE_PX, 0.0)),
            Layer::Road => Some(levels(FULL_ROAD_PX, BENDS_PX)),
            Layer::RoadCasing => Some(levels(FULL_ROAD_PX, CASING_PX)).filter(|level| *level > Level::Far),
            Layer::ParcelLine => reaches(near_px, OUTLINE_PX, Level::Full).then_some(Level::Full),
            Layer::Fitting => reaches(px_per_m, FITTING_PX_PER_M, Level::Full).then_some(Level::Full),
            _ => Some(Level::Full),
        }
    }
}

/// A feature as far as bucketing needs it.
struct Item {
    row: u32,
    place: DVec2,
    low: DVec2,
    high: DVec2,
    size_m: f32,
    /// Reach above the ground, m.
    above_m: f64,
}

/// All buckets of a park.
pub(super) fn buckets(snapshot: &ParkSnapshot, ground: &Ground, extent: &Extent, origin: &SceneOrigin) -> Vec<Bucket> {
    Content::ALL
        .into_iter()
        .flat_map(|content| {
            let mut items = items(snapshot, content);
            let side = (items.len() as f64 / FEATURES_PER_BUCKET).sqrt().ceil().clamp(1.0, MOST_BUCKETS);
            let size = (extent.highest - extent.lowest).max(DVec2::splat(1.0));
            let cell_of = |item: &Item| {
                let share = (item.place - extent.lowest) / size * side;
                let share = share.clamp(DVec2::ZERO, DVec2::splat(side - 1.0));
                share.y as usize * side as usize + share.x as usize
            };
            // Sorted where they stand: a list for each cell beside them takes as much memory again.
            items.par_sort_unstable_by_key(|item| (cell_of(item), item.row));
            let cells = items.chunk_by(|a, b| cell_of(a) == cell_of(b));
            cells.flat_map(|cell| of_cell(content, cell, ground, origin)).collect::<Vec<Bucket>>()
        })
        .collect()
}

fn of_cell(content: Content, cell: &[Item], ground: &Ground, origin: &SceneOrigin) -> Vec<Bucket> {
    let low = cell.iter().fold(DVec2::INFINITY, |low, item| low.min(item.low));
    let high = cell.iter().fold(DVec2::NEG_INFINITY, |high, item| high.max(item.high));
    // The ground is smooth at this scale: its corners and middle tell where the box stands.
    let heights = [low, high, DVec2::new(low.x, high.y), DVec2::new(high.x, low.y), low.midpoint(high)]
        .map(|at| ground.height(at));
    let (foot, top) = heights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), z| (l.min(*z), h.max(*z)));
    let above = cell.iter().fold(0.0, |above: f64, item| above.max(item.above_m));
    let foot = if matches!(content, Content::Edges | Content::Nodes) { foot - DEEP_M } else { foot };
    let (a, b) = (origin.scene_from_park(low.x, low.y, foot), origin.scene_from_park(high.x, high.y, top + above));
    let mut sizes: Vec<f32> = cell.iter().map(|item| item.size_m).collect();
    sizes.sort_by(f32::total_cmp);
    let feature_size_m = sizes[sizes.len() * 3 / 4];
    let rows: Arc<[u32]> = cell.iter().map(|item| item.row).collect();
    let of_layer = |layer: &Layer| Bucket {
        layer: *layer,
        content,
        rows: rows.clone(),
        lowest: a.min(b),
        highest: a.max(b),
        feature_size_m,
        largest_m: sizes[sizes.len() - 1],
    };
    content.layers().iter().map(of_layer).collect()
}

fn items(snapshot: &ParkSnapshot, content: Content) -> Vec<Item> {
    let area = |row: usize, area: &MultiPolygon<f64>, above_m: f64| {
        let bounds = area.bounding_rect()?;
        let first = area.0.first()?.exterior().0.first()?;
        let size_m = area.unsigned_area().sqrt() as f32;
        Some(Item { place: DVec2::new(first.x, first.y), size_m, above_m, ..boxed(row, bounds) })
    };
    let point = |row: usize, at: DVec2, size_m: f32| Item {
        row: row as u32,
        place: at,
        low: at,
        high: at,
        size_m,
        above_m: 10.0,
    };
    match content {
        Content::Buildings => snapshot
            .buildings
            .par_iter()
            .enumerate()
            .filter_map(|(row, building)| area(row, &building.footprint, building.drawn_height_m().0))
            .collect(),
        Content::Parcels => {
            snapshot.parcels.par_iter().enumerate().filter_map(|(row, p)| area(row, &p.boundary, 0.0)).collect()
        }
        Content::Surfaces => {
            snapshot.surfaces.par_iter().enumerate().filter_map(|(row, s)| area(row, &s.area, 0.0)).collect()
        }
        Content::Water => {
            let water = snapshot.surfaces.par_iter().enumerate().filter(|(_, s)| s.kind == SurfaceKind::Water);
            water.filter_map(|(row, s)| area(row, &s.area, 0.0)).collect()
        }
        Content::Roads => {
            let of = |(row, road): (usize, &spatial_db::model::RoadEdge)| {
                let first = road.line.0.first()?.0.first()?;
                let place = DVec2::new(first.x, first.y);
                Some(Item { place, size_m: road_width_m(road) as f32, ..boxed(row, road.line.bounding_rect()?) })
            };
            snapshot.roads.par_iter().enumerate().filter_map(of).collect()
        }
        Content::Edges => {
            let of = |(row, edge): (usize, &spatial_db::model::NetworkEdge)| {
                let at = |p: &[f64; 3]| DVec2::new(p[0], p[1]);
                let place = edge.path.first().map(at)?;
                let low = edge.path.iter().map(at).fold(place, DVec2::min);
                let high = edge.path.iter().map(at).fold(place, DVec2::max);
                Some(Item { low, high, ..point(row, place, 5.0) })
            };
            snapshot.edges.par_iter().enumerate().filter_map(of).collect()
        }
        Content::Nodes => {
            let at = |p: &[f64; 3]| DVec2::new(p[0], p[1]);
            snapshot.nodes.iter().enumerate().map(|(row, node)| point(row, at(&node.position), 1.0)).collect()
        }
        Content::Resources => {
            let of = |(row, resource): (usize, &spatial_db::model::EmergencyResource)| {
                point(row, DVec2::from_array(resource.position), 1.0)
            };
            snapshot.resources.iter().enumerate().map(of).collect()
        }
        Content::Hazards => {
            let of = |(row, hazard): (usize, &spatial_db::model::HazardSource)| {
                let (middle, (diameter_m, height_m)) = (hazard_place(hazard), tank_size_m(hazard));
                let half = DVec2::splat(diameter_m / 2.0);
                let bounds = hazard.shape.bounding_rect().map(|bounds| boxed(row, bounds));
                let low = bounds.as_ref().map_or(middle, |bounds| bounds.low).min(middle - half);
                let high = bounds.as_ref().map_or(middle, |bounds| bounds.high).max(middle + half);
                Item { low, high, above_m: height_m, ..point(row, middle, 10.0) }
            };
            snapshot.hazards.iter().enumerate().map(of).collect()
        }
    }
}

fn boxed(row: usize, bounds: geo::Rect<f64>) -> Item {
    let (low, high) = (DVec2::new(bounds.min().x, bounds.min().y), DVec2::new(bounds.max().x, bounds.max().y));
    Item { row: row as u32, place: low, low, high, size_m: 0.0, above_m: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(layer: Layer) -> Bucket {
        let rows: Arc<[u32]> = Arc::from([0]);
        Bucket {
            layer,
            content: Content::Buildings,
            rows,
            lowest: Vec3::ZERO,
            highest: Vec3::ONE,
            feature_size_m: 20.0,
            largest_m: 20.0,
        }
    }

    #[test]
    fn nearer_is_never_coarser() {
        for layer in Layer::ALL {
            let levels: Vec<Option<Level>> =
                (0..200).map(|step| bucket(layer).level(0.002 * 1.06_f32.powi(step), None, 1.0)).collect();
            assert!(levels.windows(2).all(|pair| pair[0] <= pair[1]), "{layer:?}");
            assert_eq!(levels.last(), Some(&Some(Level::Full)));
        }
    }

    #[test]
    fn a_camera_that_sways_about_a_limit_changes_nothing() {
        let building = bucket(Layer::Building);
        let (just_in, just_out) = (FULL_PX / 20.0 * 1.01, FULL_PX / 20.0 * 0.9);
        assert_eq!(building.level(just_out, None, 1.0), Some(Level::Simple));
        let there = building.level(just_in, Some(Level::Simple), 1.0);
        assert_eq!(there, Some(Level::Full));
        assert_eq!(building.level(just_out, there, 1.0), there);
        assert_eq!(building.level(just_out * 0.5, there, 1.0), Some(Level::Simple));
    }

    #[test]
    fn the_same_holds_for_what_is_only_drawn_near_by_and_care_brings_no_veil_of_edges() {
        for (layer, limit_px) in [(Layer::BuildingEdge, DETAIL_PX), (Layer::Shadow, SHADOW_PX)] {
            let bucket = bucket(layer);
            let (just_in, just_out) = (limit_px / 20.0 * 1.01, limit_px / 20.0 * 0.9);
            for care in [1.0, 4.0] {
                assert_eq!(bucket.level(just_out, None, care), None, "{layer:?} {care}");
                assert!(bucket.level(just_in, None, care).is_some(), "{layer:?} {care}");
            }
            let there = bucket.level(just_in, None, 1.0);
            assert_eq!(bucket.level(just_out, there, 1.0), there);
            assert_eq!(bucket.level(just_out * 0.5, there, 1.0), None);
        }
    }

    #[test]
    fn a_city_without_a_card_shows_edges_and_shadows_from_twice_the_size() {
        for (layer, limit_px) in
            [(Layer::BuildingEdge, DETAIL_PX), (Layer::Shadow, SHADOW_PX), (Layer::ParcelLine, OUTLINE_PX)]
        {
            let bucket = bucket(layer);
            let px_per_m = limit_px / 20.0;
            assert_eq!(bucket.level(px_per_m * 1.9, None, 0.5), None, "{layer:?}");
            assert!(bucket.level(px_per_m * 2.1, None, 0.5).is_some(), "{layer:?}");
        }
        // Walls show from the same size.
        assert_eq!(bucket(Layer::Building).level(SIMPLE_PX / 20.0 * 1.01, None, 0.5), Some(Level::Simple));
    }

    #[test]
    fn a_picture_takes_more_care_than_a_window() {
        let building = bucket(Layer::Building);
        let px_per_m = FULL_PX / 20.0 / 3.0;
        assert_eq!(building.level(px_per_m, None, 1.0), Some(Level::Simple));
        assert_eq!(building.level(px_per_m, None, 4.0), Some(Level::Full));
    }
}
