//! Names of roads, buildings and water and the letters of pipes: where each would stand in a view, those that matter most first.
//!
//! Worked out when the view changes. What then finds room beside symbols and numbers is drawn, frame by frame.

use std::collections::HashMap;
use std::sync::Arc;

use bevy::math::DVec2;
use bevy_egui::egui::emath::Rot2;
use bevy_egui::egui::{Pos2, Rect, Shape, Vec2};
use chrono::NaiveDate;
use geo::{BoundingRect, Contains, Coord, LineString, MultiPolygon};
use spatial_db::model::{FeatureKind, ParkSnapshot};

use super::labels::Room;
use super::place::Projector;
use super::sheet::Sheet;
use crate::camera::Orbit;
use crate::cut::SectionPlane;
use crate::layers::{LayerKey, Layers};
use crate::mesh::Layer;
use crate::scene::{Bucket, Twin};
use crate::split::Side;
use crate::style::Shown;
use crate::theme::{Rgb, Theme, network_letters, size};

/// Least length of what is named on the page, in theme points: of a building, of a road or pipe, of water.
const LEAST_BUILDING_PT: f32 = 56.0;
const LEAST_LINE_PT: f32 = 64.0;
const LEAST_WATER_PT: f32 = 90.0;
/// Distance of samples along a line on the page, points, and the most between two corners of it.
const STEP_PT: f32 = 24.0;
const MOST_STEPS: usize = 64;
/// Most features of a kind that a view looks at, the nearest to its middle: beyond that none would find room.
pub(super) const MOST_LOOKED_AT: usize = 4000;
/// Most names of a kind that a view keeps, those nearest to its middle, and most that a picture has.
const MOST_KEPT: usize = 80;
const MOST_DRAWN: usize = 60;
/// The same words again are at least so far apart, in theme points.
const APART_PT: f32 = 280.0;
/// A line bends no more under its name than this: the straight way as a share of that along it.
const STRAIGHT: f32 = 0.97;
/// A line has at least this share of the length of its name, and goes on as it lies beyond its ends.
const FITS: f32 = 0.6;
/// A building's name may be so much wider than the building.
const OVERHANG: f32 = 1.6;
/// Depth of a pipe whose elevation nothing tells, m.
const ASSUMED_DEPTH_M: f64 = 1.0;

/// What is named, in the order in which it takes the room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Water,
    Road,
    Building,
    Pipe,
}

/// Where a name may stand.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    /// Level, in the middle; no wider than so many points.
    At(Pos2, f32),
    /// Along what is seen of a line.
    Along(Vec<Pos2>),
}

/// A name that would stand somewhere.
#[derive(Debug, Clone, PartialEq)]
struct Name {
    kind: Kind,
    words: Arc<str>,
    way: Way,
    /// Size of what is named on the page, points.
    size: f32,
}

impl Name {
    /// How far it stands from a place of the page, points.
    fn away(&self, from: Pos2) -> f32 {
        match &self.way {
            Way::At(at, _) => at.distance(from),
            Way::Along(run) => at_length(run, length(run) * 0.5).distance(from),
        }
    }
}

/// Size, points, and colour of the names of a kind: a road leads to the buildings, and its name stands back behind theirs.
fn letters(kind: Kind, theme: &Theme) -> (f32, Rgb) {
    match kind {
        Kind::Water => (size::LABEL, theme.shore.over(theme.ink, 0.45)),
        Kind::Road => (size::LABEL - 2.0, theme.ink_soft),
        Kind::Building => (size::LABEL - 1.0, theme.ink),
        Kind::Pipe => (size::NOTE, theme.ink),
    }
}

/// Version and address of a park, and the day.
type Of = (u64, usize, Option<NaiveDate>);
/// Names of enterprises by the key of a building.
type Tenants = HashMap<String, Arc<str>>;

/// What the names of a part of the page were worked out for.
#[derive(Debug, Clone, PartialEq)]
struct View {
    orbit: Orbit,
    page: Rect,
    part: Rect,
    points_per_px: f32,
    scale: f32,
    layers: Layers,
    day: Option<NaiveDate>,
    section: Option<SectionPlane>,
    pipes: bool,
    park: (u64, usize),
}

/// Names that were worked out, for each part of the page.
#[derive(Debug, Default)]
pub(super) struct Names {
    parts: [Option<(View, Vec<Name>)>; 2],
    /// Who alone uses a building, in the park of a version and on a day.
    tenants: Option<(Of, Tenants)>,
    /// How often they were worked out.
    #[cfg(test)]
    worked_out: usize,
}

/// Shapes of the names of a side that find room.
pub(super) fn name_shapes(
    sheet: &Sheet,
    twin: &Twin,
    (side, part): (Side, Rect),
    to_page: &Projector,
    names: &mut Names,
    room: &mut Room,
) -> Vec<Shape> {
    // A small picture has no room for them.
    if sheet.compact {
        return Vec::new();
    }
    let shown = twin.shown_on(side);
    let view = View {
        orbit: *to_page.orbit,
        page: sheet.page,
        part,
        points_per_px: 1.0 / sheet.painter.pixels_per_point(),
        scale: sheet.scale,
        layers: shown.layers,
        day: shown.there.as_ref().map(|there| there.on),
        section: twin.cut.section,
        pipes: twin.is_underground_on(side),
        park: (twin.park_version, Arc::as_ptr(&twin.input.snapshot).addr()),
    };
    placed(sheet, names.of(side, view, &shown, to_page), room)
}

impl Names {
    /// The names of a view: those of the last, where it is the same.
    fn of(&mut self, side: Side, view: View, shown: &Shown, to_page: &Projector) -> &[Name] {
        let at = side as usize;
        if self.parts[at].as_ref().is_none_or(|(known, _)| *known != view) {
            let snapshot = &to_page.geometry.snapshot;
            let day = view.day.or(snapshot.park.as_of);
            let of = (view.park.0, view.park.1, day);
            if self.tenants.as_ref().is_none_or(|(known, _)| *known != of) {
                self.tenants = Some((of, tenants(snapshot, day)));
            }
            let empty = Tenants::new();
            let tenants = self.tenants.as_ref().map_or(&empty, |(_, tenants)| tenants);
            let found = worked_out(&view, shown, to_page, tenants);
            #[cfg(test)]
            {
                self.worked_out += 1;
            }
            self.parts[at] = Some((view, found));
        }
        match &self.parts[at] {
            Some((_, names)) => names,
            None => &[],
        }
    }
}

/// The one enterprise that uses a building on a day, by the building's key: where there are several, none stands for it.
fn tenants(park: &ParkSnapshot, day: Option<NaiveDate>) -> Tenants {
    let names: HashMap<&str, &str> =
        park.enterprises.iter().map(|one| (one.provenance.key.as_str(), one.name.as_str())).collect();
    let mut by_building: HashMap<&str, Vec<&str>> = HashMap::new();
    for tenancy in &park.tenancies {
        let runs = day.is_none_or(|day| {
            tenancy.valid_from.is_none_or(|from| from <= day) && tenancy.valid_to.is_none_or(|to| day < to)
        });
        let (Some(key), Some(name)) = (&tenancy.building_key, names.get(tenancy.enterprise_key.as_str())) else {
            continue;
        };
        let of = by_building.entry(key.as_str()).or_default();
        if runs && !of.contains(name) {
            of.push(*name);
        }
    }
    let alone = by_building.into_iter().filter_map(|(key, names)| {
        if let [name] = names.as_slice() { Some((key.to_owned(), Arc::from(*name))) } else { None }
    });
    alone.collect()
}

/// All names of a view, by kind, and the largest first; where there are too many, those nearest to its middle.
fn worked_out(view: &View, shown: &Shown, to_page: &Projector, tenants: &Tenants) -> Vec<Name> {
    let drawn = |key: LayerKey, kind: FeatureKind| view.layers.get(key).visible && view.layers.shows(kind);
    let mut all = Vec::new();
    let middle = view.part.center();
    if drawn(LayerKey::WaterNames, FeatureKind::Surface) {
        all.extend(kept(waters(view, to_page), middle));
    }
    if drawn(LayerKey::RoadNames, FeatureKind::RoadEdge) {
        all.extend(kept(roads(view, to_page), middle));
    }
    if drawn(LayerKey::BuildingNames, FeatureKind::Building) {
        all.extend(kept(buildings(view, shown, to_page, tenants), middle));
    }
    if view.pipes {
        all.extend(kept(pipes(view, shown, to_page), middle));
    }
    all
}

/// The names nearest to the middle of a view, as many as it keeps, the largest first.
fn kept(mut names: Vec<Name>, middle: Pos2) -> Vec<Name> {
    if names.len() > MOST_KEPT {
        names.sort_by(|a, b| a.away(middle).total_cmp(&b.away(middle)).then_with(|| a.words.cmp(&b.words)));
        names.truncate(MOST_KEPT);
    }
    names.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.words.cmp(&b.words)));
    names
}

fn said(name: Option<&str>) -> Option<&str> {
    name.map(str::trim).filter(|name| !name.is_empty())
}

fn diagonal_m(bucket: &Bucket) -> f32 {
    bucket.lowest.distance(bucket.highest)
}

fn roads(view: &View, to_page: &Projector) -> Vec<Name> {
    let geometry = to_page.geometry;
    let least = LEAST_LINE_PT * view.scale;
    let mut names = Vec::new();
    for row in to_page.near(Layer::Road, least, diagonal_m).take(MOST_LOOKED_AT) {
        let road = &geometry.snapshot.roads[row];
        let Some(name) = said(road.name.as_deref()) else { continue };
        let lines = road.line.0.iter().map(|line| {
            let corner = |c: &Coord<f64>| [c.x, c.y, geometry.ground.height(DVec2::new(c.x, c.y))];
            seen_of(line.0.iter().map(corner), least, to_page)
        });
        names.extend(along(lines, Kind::Road, name, least));
    }
    names
}

fn pipes(view: &View, shown: &Shown, to_page: &Projector) -> Vec<Name> {
    let geometry = to_page.geometry;
    let least = LEAST_LINE_PT * view.scale;
    let mut names = Vec::new();
    for row in to_page.near(Layer::Pipe, least, diagonal_m).take(MOST_LOOKED_AT) {
        let edge = &geometry.snapshot.edges[row];
        let letters = network_letters(edge.class);
        let is_drawn = view.layers.get(LayerKey::Network(edge.class)).visible;
        if letters.is_empty() || !is_drawn || !shown.is_there(FeatureKind::NetworkEdge, row) {
            continue;
        }
        let corner = |p: &[f64; 3]| {
            let ground = geometry.ground.height(DVec2::new(p[0], p[1]));
            [p[0], p[1], if p[2].is_finite() { p[2] } else { ground - ASSUMED_DEPTH_M }]
        };
        let line = seen_of(edge.path.iter().map(corner), least, to_page);
        names.extend(along(std::iter::once(line), Kind::Pipe, letters, least));
    }
    names
}

/// The longest of the runs as a name along it, where it is long enough.
fn along(runs: impl Iterator<Item = Vec<Pos2>>, kind: Kind, words: &str, least: f32) -> Option<Name> {
    let longest = runs.map(|run| (length(&run), run)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let (size, run) = longest;
    (size >= least).then(|| Name { kind, words: words.into(), way: Way::Along(run), size })
}

fn length(run: &[Pos2]) -> f32 {
    run.windows(2).map(|pair| pair[0].distance(pair[1])).sum()
}

/// The longest piece of a line that is seen, on the page. Nothing of a line that is too short wherever it lies.
fn seen_of(corners: impl Iterator<Item = [f64; 3]>, least: f32, to_page: &Projector) -> Vec<Pos2> {
    let corners: Vec<[f64; 3]> = corners.collect();
    let eye = to_page.orbit.eye();
    let scene = |at: &[f64; 3]| to_page.geometry.origin.scene_from_park(at[0], at[1], at[2]);
    // Length of each straight piece on the page, points, as if all of it lay where it is nearest.
    let pieces: Vec<f32> = corners
        .windows(2)
        .map(|pair| {
            let (a, b) = (scene(&pair[0]), scene(&pair[1]));
            let long = a.distance(b);
            let middle = a.midpoint(b).distance(eye);
            long * to_page.points_per_metre((middle - long * 0.5).max(1.0))
        })
        .collect();
    if pieces.iter().sum::<f32>() < least {
        return Vec::new();
    }
    let (mut longest, mut run): (Vec<Pos2>, Vec<Pos2>) = (Vec::new(), Vec::new());
    let mut ends = |run: &mut Vec<Pos2>| {
        if length(run) > length(&longest) {
            longest = std::mem::take(run);
        }
        run.clear();
    };
    for (pair, points) in corners.windows(2).zip(&pieces) {
        let steps = ((points / STEP_PT).ceil() as usize).clamp(1, MOST_STEPS);
        for step in 0..=steps {
            let share = step as f64 / steps as f64;
            let [x, y, z] = [0, 1, 2].map(|axis| pair[0][axis] + (pair[1][axis] - pair[0][axis]) * share);
            match to_page.at(DVec2::new(x, y), z) {
                // A corner ends one piece and begins the next.
                Some((at, _)) if run.last() != Some(&at) => run.push(at),
                Some(_) => {}
                None => ends(&mut run),
            }
        }
    }
    ends(&mut run);
    longest
}

fn buildings(view: &View, shown: &Shown, to_page: &Projector, tenants: &Tenants) -> Vec<Name> {
    let geometry = to_page.geometry;
    let least = LEAST_BUILDING_PT * view.scale;
    let mut names = Vec::new();
    for row in to_page.near(Layer::Building, least, |bucket| bucket.largest_m * 2.0).take(MOST_LOOKED_AT) {
        let building = &geometry.snapshot.buildings[row];
        let tenant = || tenants.get(&building.provenance.key).map(|name| &**name);
        let Some(name) = said(building.name.as_deref()).or_else(tenant) else { continue };
        if !shown.is_there(FeatureKind::Building, row) {
            continue;
        }
        let Some(bounds) = building.footprint.bounding_rect() else { continue };
        let top = geometry.spans_m.get(row).map(|span| span.1).filter(|top| top.is_finite());
        let (Some(top), middle) = (top, bounds.center()) else { continue };
        let Some((at, away)) = to_page.at(DVec2::new(middle.x, middle.y), top) else { continue };
        let size = bounds.width().max(bounds.height()) as f32 * to_page.points_per_metre(away);
        if size >= least {
            let way = Way::At(at, size * OVERHANG);
            names.push(Name { kind: Kind::Building, words: name.into(), way, size });
        }
    }
    names
}

fn waters(view: &View, to_page: &Projector) -> Vec<Name> {
    let geometry = to_page.geometry;
    let least = LEAST_WATER_PT * view.scale;
    let mut names = Vec::new();
    // A river is long for its area.
    for row in to_page.near(Layer::SurfaceLine, least, diagonal_m).take(MOST_LOOKED_AT) {
        let water = &geometry.snapshot.surfaces[row];
        let Some(name) = said(water.name.as_deref()) else { continue };
        let Some((at, size)) = middle_of_seen(&water.area, to_page) else { continue };
        if size >= least {
            names.push(Name { kind: Kind::Water, words: name.into(), way: Way::At(at, size), size });
        }
    }
    names
}

/// The middle of what is seen of an area, and how wide that is on the page, points; `None` where the middle lies outside of it.
fn middle_of_seen(area: &MultiPolygon<f64>, to_page: &Projector) -> Option<(Pos2, f32)> {
    let ground = |at: DVec2| to_page.geometry.ground.height(at);
    let mut best: Option<(Pos2, f32)> = None;
    for polygon in area {
        let seen = sampled(polygon.exterior()).filter_map(|at| Some((at, to_page.at(at, ground(at))?.0)));
        let (mut sum, mut count, mut box_) = (DVec2::ZERO, 0_u32, Rect::NOTHING);
        for (at, on_page) in seen {
            (sum, count) = (sum + at, count + 1);
            box_.extend_with(on_page);
        }
        if count < 3 {
            continue;
        }
        let middle = sum / f64::from(count);
        if !polygon.contains(&geo::Point::new(middle.x, middle.y)) {
            continue;
        }
        let size = box_.width();
        if let Some((at, _)) = to_page.at(middle, ground(middle))
            && best.is_none_or(|(_, known)| size > known)
        {
            best = Some((at, size));
        }
    }
    best
}

/// Some two hundred places along a ring, evenly by its corners.
fn sampled(ring: &LineString<f64>) -> impl Iterator<Item = DVec2> {
    let every = (ring.0.len() / 200).max(1);
    ring.0.iter().step_by(every).map(|c| DVec2::new(c.x, c.y))
}

/// The shapes of those that find room, in their order.
fn placed(sheet: &Sheet, names: &[Name], room: &mut Room) -> Vec<Shape> {
    let theme = sheet.theme;
    let mut shapes = Vec::new();
    let mut drawn: HashMap<&str, Vec<Pos2>> = HashMap::new();
    let mut count = 0;
    let apart = sheet.pt(APART_PT);
    for name in names {
        if count >= MOST_DRAWN {
            break;
        }
        let (points, ink) = letters(name.kind, theme);
        let galley = sheet.text(&name.words, points, ink, f32::INFINITY);
        let size = galley.size();
        let stand = match &name.way {
            Way::At(at, most) => (size.x <= *most).then_some((*at, 0.0)),
            Way::Along(run) => [0.5, 0.3, 0.7].iter().find_map(|share| {
                let (at, angle) = place_along(run, size.x, *share)?;
                is_free(room, at, angle, size).then_some((at, angle))
            }),
        };
        let Some((at, angle)) = stand else { continue };
        let same = drawn.entry(&name.words).or_default();
        if same.iter().any(|other| other.distance(at) < apart) || !is_free(room, at, angle, size) {
            continue;
        }
        same.push(at);
        count += 1;
        boxes(at, angle, size).for_each(|rect| room.take(rect));
        shapes.extend(sheet.haloed_at(at, angle, &galley));
    }
    shapes
}

/// Boxes along a text of `size` around `at`, however it is turned: what it takes of the page.
fn boxes(at: Pos2, angle: f32, size: Vec2) -> impl Iterator<Item = Rect> {
    let count = (size.x / size.y.max(1.0)).ceil().max(1.0) as usize;
    let along = Rot2::from_angle(angle) * Vec2::new(size.x, 0.0);
    // A level text is covered by boxes as wide as its share of them; a turned one by squares.
    let side = if angle == 0.0 { Vec2::new(size.x / count as f32, size.y) } else { Vec2::splat(size.y) };
    (0..count).map(move |k| {
        let share = (k as f32 + 0.5) / count as f32 - 0.5;
        Rect::from_center_size(at + along * share, side)
    })
}

fn is_free(room: &Room, at: Pos2, angle: f32, size: Vec2) -> bool {
    boxes(at, angle, size).all(|rect| room.is_free(rect))
}

/// Middle and angle, never upside down, of a text of `width` around a share of a run; `None` where the run bends there or is too
/// short.
fn place_along(run: &[Pos2], width: f32, share: f32) -> Option<(Pos2, f32)> {
    let total = length(run);
    if total < width * FITS || total <= 0.0 {
        return None;
    }
    let reach = (width * 0.5).min(total * 0.5);
    let middle = (total * share).clamp(reach, total - reach);
    let (from, to) = (at_length(run, middle - reach), at_length(run, middle + reach));
    let straight = to - from;
    if straight.length() < STRAIGHT * 2.0 * reach {
        return None;
    }
    let angle = straight.angle();
    let quarter = std::f32::consts::FRAC_PI_2;
    let upright = if angle > quarter {
        angle - std::f32::consts::PI
    } else if angle <= -quarter {
        angle + std::f32::consts::PI
    } else {
        angle
    };
    Some((from + straight * 0.5, upright))
}

/// The place so far along a run.
fn at_length(run: &[Pos2], far: f32) -> Pos2 {
    let mut left = far;
    for pair in run.windows(2) {
        let long = pair[0].distance(pair[1]);
        if left <= long && long > 0.0 {
            return pair[0].lerp(pair[1], left / long);
        }
        left -= long;
    }
    run.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
