//! What a permit to dig has to tell: what lies bare, what is near, how much earth, which networks' operators have to be called.

use std::collections::HashMap;

use geo::{BoundingRect, Contains, Distance, Euclidean, LineString, MultiPolygon, Point, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, NetworkEdge, Presence};

use super::clearance::{ClearanceRules, Quality, to_area};
use super::dig::{DugPipe, Excavation, Met, excavation_on};
pub use super::pit::{PitError, check_floor, check_pit};
use super::section::{Size, height};
use super::sheets;
use super::topology::plan_m;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

/// A line is looked at every so often for how far within the outline it lies, m.
const STEP_M: f64 = 0.25;

/// Why it is not sure how a line lies to a pit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// Its height is not on record, at least in part.
    Height,
    /// Its height was never measured: its survey's quality level does not tell one.
    Level,
    /// It may lie as much higher or lower that it would be otherwise.
    OffInHeight,
    /// It may lie as much to the side that it would be otherwise.
    OffInPlan,
    /// Its size is not on record.
    Size,
}

/// How a line beside a pit lies to it, as sure as its survey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Its wall lies in the pit, if not its axis.
    InPit,
    /// It may lie in the pit.
    MayBeInPit,
    /// Within the caution distance.
    Near,
    /// It may lie within the caution distance.
    MayBeNear,
}

/// A line that is not met but near.
#[derive(Debug, Clone, PartialEq)]
pub struct NearLine {
    /// The line.
    pub id: FeatureId,
    /// Its key.
    pub key: String,
    /// Class.
    pub class: NetworkClass,
    /// Distance in plan between its wall and the outline, m; from its axis where its size is not on record.
    pub distance_m: f64,
    /// How far it may lie off its place, m.
    pub off_m: f64,
    /// Size in words; empty where not on record.
    pub size: String,
    /// How it lies.
    pub beside: Beside,
}

/// What a permit tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    /// The outline, park coordinates, m.
    pub outline: Vec<[f64; 2]>,
    /// What is met.
    pub met: Excavation,
    /// Of each line met, in the same order, why it is only possibly so; nothing where it is sure.
    pub unsure: Vec<Vec<Unsure>>,
    /// What is near: within the caution distance as sure as the survey is, the nearest first.
    pub near: Vec<NearLine>,
    /// The caution distance, m.
    pub caution_m: f64,
    /// Deepest floor below the ground, m; `None` where the terrain is not known.
    pub depth_m: Option<f64>,
}

/// The floor of a pit `depth_m` below the lowest ground at the corners of its outline; `None` where the terrain is not known there.
pub fn floor_of(cache: &Cache, outline: &[[f64; 2]], depth_m: f64) -> Option<f64> {
    let grounds: Option<Vec<f64>> = outline.iter().map(|corner| height(cache, *corner)).collect();
    Some(grounds?.into_iter().reduce(f64::min)? - depth_m)
}

/// What has to be known before digging within `outline` down to `floor_m`, of what was there. Lines near it count to `caution_m`, and as
/// much farther as their survey may be off. [`check_pit`] and [`check_floor`] tell whether it is a pit at all.
pub fn permit(
    cache: &Cache,
    there: &Presence,
    rules: &ClearanceRules,
    outline: &[[f64; 2]],
    floor_m: f64,
    caution_m: f64,
) -> Permit {
    let park = cache.snapshot();
    let met = excavation_on(cache, there, outline, floor_m);
    let ring: LineString<f64> = outline.iter().map(|[x, y]| (*x, *y)).collect();
    let area = MultiPolygon(vec![Polygon::new(ring, Vec::new())]);
    let mut near = Vec::new();
    let mut doubts: HashMap<FeatureId, Vec<Unsure>> = HashMap::new();
    if let Some(bounds) = area.bounding_rect() {
        let unsized_m = rules.unsized_m.value / 2.0;
        let widest_m =
            park.edges.iter().filter_map(|line| Size::of(line).width_m).fold(unsized_m * 2.0, f64::max) / 2.0;
        let by = caution_m + rules.worst_m() + widest_m;
        let (low, high) = (bounds.min(), bounds.max());
        let about = ([low.x - by, low.y - by], [high.x + by, high.y + by]);
        let by_id: HashMap<FeatureId, &DugPipe> = met.pipes.iter().map(|pipe| (pipe.id, pipe)).collect();
        for row in cache.slots_in_envelope(about.0, about.1, FeatureKind::NetworkEdge) {
            let line = &park.edges[row];
            if !there.edges[row] {
                continue;
            }
            let (size, quality) = (Size::of(line), rules.quality(line));
            let wall_m = if size.width_m.is_none() { unsized_m } else { 0.0 };
            let off_m = quality.plan_m;
            if let Some(pipe) = by_id.get(&line.id) {
                doubts.insert(line.id, unsure(pipe, line, &area, quality, floor_m, wall_m));
                continue;
            }
            let far =
                line.path.windows(2).map(|pair| to_area([pair[0], pair[1]], &area).0).fold(f64::INFINITY, f64::min);
            let distance_m = far - size.width_m.unwrap_or(0.0) / 2.0;
            let beside = match distance_m {
                m if m + off_m <= 0.0 => Beside::InPit,
                m if m - off_m - wall_m <= 0.0 => Beside::MayBeInPit,
                m if m + off_m <= caution_m => Beside::Near,
                m if m - off_m - wall_m <= caution_m => Beside::MayBeNear,
                _ => continue,
            };
            let key = line.provenance.key.clone();
            near.push(NearLine { id: line.id, key, class: line.class, distance_m, off_m, size: size.words, beside });
        }
    }
    let unsure = met.pipes.iter().map(|pipe| doubts.remove(&pipe.id).unwrap_or_default()).collect();
    near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.key.cmp(&b.key)));
    let grounds: Option<Vec<f64>> = outline.iter().map(|corner| height(cache, *corner)).collect();
    let depth_m = grounds.and_then(|g| g.into_iter().reduce(f64::max)).map(|ground| ground - floor_m);
    Permit { outline: outline.to_vec(), met, unsure, near, caution_m, depth_m }
}

/// Why it is not sure that a line which is met lies as it is told.
fn unsure(
    pipe: &DugPipe,
    line: &NetworkEdge,
    area: &MultiPolygon<f64>,
    quality: &Quality,
    floor_m: f64,
    wall_m: f64,
) -> Vec<Unsure> {
    let size = Size::of(line);
    let mut found = Vec::new();
    if !pipe.axis_whole || pipe.axis_m.is_none() {
        found.push(Unsure::Height);
    } else if !quality.depth_told {
        found.push(Unsure::Level);
    } else if let Some([_, high]) = pipe.axis_m {
        let half_m = size.width_m.map_or(0.0, |_| size.height_m / 2.0);
        let lies = |top_m: f64| top_m > floor_m;
        if lies(high - quality.height_m) != lies(high + half_m + wall_m + quality.height_m) {
            found.push(Unsure::OffInHeight);
        }
    }
    // Somewhere it lies deeper within the outline than it may be off.
    let inside = line.path.windows(2).flat_map(|pair| {
        let steps = (plan_m(pair[0], pair[1]) / STEP_M).ceil().clamp(1.0, 10_000.0) as usize;
        (0..=steps).map(move |step| {
            let share = step as f64 / steps as f64;
            Point::new(pair[0][0] + (pair[1][0] - pair[0][0]) * share, pair[0][1] + (pair[1][1] - pair[0][1]) * share)
        })
    });
    let rim = |point: &Point<f64>| {
        area.iter().map(|polygon| Euclidean.distance(point, polygon.exterior())).fold(f64::INFINITY, f64::min)
    };
    if !inside.into_iter().any(|point| area.contains(&point) && rim(&point) >= quality.plan_m) {
        found.push(Unsure::OffInPlan);
    }
    if size.width_m.is_none() {
        found.push(Unsure::Size);
    }
    found
}

impl Unsure {
    fn words(self) -> Words {
        match self {
            Self::Height => phrase("missing-height", "height not on record").into(),
            Self::Level => phrase("unsure-level", "height never measured").into(),
            Self::OffInHeight => phrase("unsure-height", "its survey is too rough in height").into(),
            Self::OffInPlan => phrase("unsure-plan", "its survey is too rough in plan").into(),
            Self::Size => phrase("missing-size", "size not on record").into(),
        }
    }
}

impl Beside {
    fn words(self) -> Words {
        match self {
            Self::InPit => phrase("beside-in", "its wall lies in the pit").into(),
            Self::MayBeInPit => phrase("beside-may-be-in", "possibly in the pit").into(),
            Self::Near => phrase("beside-near", "near").into(),
            Self::MayBeNear => phrase("beside-may-be-near", "possibly near").into(),
        }
    }
}

impl Permit {
    /// Classes whose operators have to be called, by how many lines are met or near.
    pub fn to_call(&self) -> Vec<(NetworkClass, usize)> {
        let classes = self.met.pipes.iter().map(|pipe| pipe.class).chain(self.near.iter().map(|line| line.class));
        let classes: Vec<NetworkClass> = classes.collect();
        let count = |class: &NetworkClass| classes.iter().filter(|other| *other == class).count();
        NetworkClass::ALL.iter().map(|class| (*class, count(class))).filter(|(_, count)| *count > 0).collect()
    }

    /// Title of the sheet.
    pub fn title(&self) -> Words {
        words!("permit-title", "Before digging: what lies here")
    }

    /// Facts for the head of the sheet: label and value.
    pub fn facts(&self) -> Vec<(Words, Words)> {
        let unknown = || Words::from(phrase("unknown", "unknown"));
        let metres = |value: Option<f64>| value.map_or_else(unknown, |m| format!("{m:.2} m").into());
        let volume = self.met.volume_m3.map_or_else(unknown, |m3| format!("{m3:.0} m³").into());
        vec![
            (words!("permit-area", "Area"), format!("{:.1} m²", self.met.area_m2).into()),
            (words!("permit-floor", "Elevation of the floor"), format!("{:.2} m", self.met.floor_m).into()),
            (words!("permit-depth", "Greatest depth at its corners"), metres(self.depth_m)),
            (words!("permit-volume", "Earth to be dug"), volume),
            (words!("permit-caution", "Caution distance"), metres(Some(self.caution_m))),
            (words!("permit-buildings", "Buildings over it"), self.met.buildings.to_string().into()),
        ]
    }

    /// Tables: lines met, lines near, fittings, operators to call.
    pub fn tables(&self) -> [Sheet; 4] {
        let text = |name, title: Words| Column::new(name, title, "", Holds::Text);
        let metres = |name, title: Words| Column::new(name, title, "m", Holds::Number(2));
        let sheet =
            |name, title: Words, columns, rows| Sheet { name, title, notes: Vec::new(), target: None, columns, rows };
        let row = |cells| Row { slot: None, cells };
        let said = |text: &str| if text.is_empty() { Value::Unknown } else { Value::Text(text.into()) };
        let how = |pipe: &DugPipe| -> Words {
            match pipe.met {
                Met::Crossed => phrase("met-crossed", "goes through a wall, lies bare between").into(),
                Met::Inside => phrase("met-inside", "lies bare from end to end").into(),
                Met::Below => phrase("met-below", "passes under the floor").into(),
            }
        };
        let surety = |why: &Vec<Unsure>| -> Words {
            if why.is_empty() {
                return phrase("permit-sure", "sure").into();
            }
            let mut why = why.iter().map(|why| why.words());
            let first = why.next().unwrap_or_else(|| Words::from(""));
            let all = why.fold(first, |all, next| words!("permit-and", "{all}; {next}", all = all, next = next));
            words!("permit-possibly", "possibly: {why}", why = all)
        };
        let met = self.met.pipes.iter().zip(&self.unsure).map(|(pipe, why)| {
            row(vec![
                said(&pipe.key),
                sheets::class(pipe.class).into(),
                how(pipe).into(),
                surety(why).into(),
                said(&pipe.size),
                pipe.material.as_deref().into(),
                Some(pipe.length_m).into(),
                pipe.cover_m.into(),
            ])
        });
        let near = self.near.iter().map(|line| {
            row(vec![
                said(&line.key),
                sheets::class(line.class).into(),
                line.beside.words().into(),
                said(&line.size),
                Some(line.distance_m).into(),
                Some(line.off_m).into(),
            ])
        });
        let nodes = self.met.nodes.iter().map(|node| row(vec![said(&node.key), sheets::class(node.class).into()]));
        let call = self.to_call().into_iter().map(|(class, lines)| {
            row(vec![
                sheets::class(class).into(),
                Value::Whole(lines as i64),
                words!("operator-unknown", "operator not on record").into(),
                Value::Unknown,
            ])
        });
        let line = || text("line", words!("head-line", "line"));
        let class = || text("class", words!("head-network-class", "class"));
        let size = || text("size", words!("head-size", "size"));
        [
            sheet(
                "met",
                words!("permit-met", "Lines in the pit and under it"),
                vec![
                    line(),
                    class(),
                    text("how", words!("head-lie", "how")),
                    text("sure", words!("head-sure", "how sure")),
                    size(),
                    text("material", words!("head-material", "material")),
                    metres("length_m", words!("head-length", "length")),
                    metres("cover_m", words!("head-cover", "ground above")),
                ],
                met.collect(),
            ),
            sheet(
                "near",
                words!("permit-near", "Lines within the caution distance"),
                vec![
                    line(),
                    class(),
                    text("how", words!("head-lie", "how")),
                    size(),
                    metres("distance_m", words!("head-distance", "distance")),
                    metres("off_m", words!("head-off", "survey off by")),
                ],
                near.collect(),
            ),
            sheet(
                "fittings",
                words!("permit-fittings", "Chambers, valves and other fittings in the pit"),
                vec![text("point", words!("head-point", "point")), class()],
                nodes.collect(),
            ),
            sheet(
                "call",
                words!("permit-call", "To be called before digging"),
                vec![
                    class(),
                    Column::new("lines", words!("head-lines", "lines"), "", Holds::Whole),
                    text("operator", words!("head-operator", "operator")),
                    text("signed", words!("head-signed", "told by, date, signature")),
                ],
                call.collect(),
            ),
        ]
    }

    /// What whoever digs must know.
    pub fn notes(&self) -> Vec<Words> {
        vec![
            words!(
                "permit-note-record",
                "From the network surveys on record. What is not on record is not here: look for it before digging."
            ),
            words!(
                "permit-note-possibly",
                "\"Possibly\" is what the survey is too rough to tell, or what lacks a height or a size: find it by hand before a machine digs.",
            ),
            words!(
                "permit-note-near",
                "Near is what lies within the caution distance, and as much farther as its survey may be off.",
            ),
            words!(
                "permit-note-title",
                "A working sheet, not a permit of an authority: that has to be given by whoever may."
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use spatial_db::model::TerrainGrid;

    use super::*;
    use crate::network::by_hand::{edge, empty, node};

    #[test]
    fn a_pit_tells_what_is_met_what_is_near_and_whom_to_call() {
        let mut park = empty();
        let heights_m = vec![10.0; 21 * 21];
        park.terrain =
            Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
        let line = |id, class, y: f64, level: &str| {
            let mut line = edge(id, vec![[0.0, y, 9.0], [100.0, y, 9.0]]);
            (line.class, line.diameter_mm, line.survey_level) = (class, Some(200.0), Some(level.into()));
            line
        };
        park.edges = vec![
            line(1, NetworkClass::Water, 55.0, "A"),
            // 0.9 m beside; 2.4 m beside at level D, A and D.
            line(2, NetworkClass::Gas, 61.0, "A"),
            line(3, NetworkClass::Power, 62.4, "A"),
            line(4, NetworkClass::Telecom, 62.4, "D"),
        ];
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        let cache = Cache::build(Arc::new(park));
        let outline = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];
        let floor = floor_of(&cache, &outline, 2.5).unwrap();
        assert_eq!(floor, 7.5);
        let permit = permit(&cache, &there, &ClearanceRules::shipped(), &outline, floor, 1.0);
        assert_eq!(permit.met.pipes.iter().map(|p| p.key.as_str()).collect::<Vec<_>>(), ["e1"]);
        assert_eq!(permit.near.iter().map(|l| l.key.as_str()).collect::<Vec<_>>(), ["e2", "e4"]);
        assert!((permit.near[0].distance_m - 0.9).abs() < 1e-9);
        let call = [(NetworkClass::Water, 1), (NetworkClass::Gas, 1), (NetworkClass::Telecom, 1)];
        assert_eq!(permit.to_call(), call);
        let rows: Vec<usize> = permit.tables().iter().map(|table| table.rows.len()).collect();
        assert_eq!((rows, permit.depth_m), (vec![1, 2, 0, 3], Some(2.5)));
        assert_eq!(permit.facts()[3].1, "500 m³");
    }
    fn flat() -> spatial_db::model::ParkSnapshot {
        let mut park = empty();
        let heights_m = vec![10.0; 21 * 21];
        park.terrain =
            Some(TerrainGrid { origin_x_m: 0.0, origin_y_m: 0.0, cell_m: 10.0, columns: 21, rows: 21, heights_m });
        park
    }

    const PIT: [[f64; 2]; 4] = [[50.0, 50.0], [70.0, 50.0], [70.0, 60.0], [50.0, 60.0]];

    fn dug(park: spatial_db::model::ParkSnapshot, floor_m: f64) -> Permit {
        let there = Presence::on(&park, "2026-01-01".parse().unwrap());
        permit(&Cache::build(Arc::new(park)), &there, &ClearanceRules::shipped(), &PIT, floor_m, 1.0)
    }

    #[test]
    fn what_a_survey_is_too_rough_to_tell_is_only_possibly_so() {
        let mut park = flat();
        let line = |id, y: f64, z: [f64; 2], dn, level: &str| {
            let mut line = edge(id, vec![[0.0, y, z[0]], [100.0, y, z[1]]]);
            (line.diameter_mm, line.survey_level) = (dn, Some(level.into()));
            line
        };
        let dn = Some(200.0);
        park.edges = vec![
            line(1, 55.0, [9.0; 2], dn, "A"),
            line(2, 55.0, [9.0; 2], dn, "D"),
            line(3, 55.0, [9.0; 2], None, "A"),
            line(4, 55.0, [9.0, f64::NAN], dn, "A"),
            // Under the floor at 7.5 m: well below; by less than level B tells; far, at a level that tells no height.
            line(5, 55.0, [6.0; 2], dn, "A"),
            line(6, 55.0, [7.3; 2], dn, "B"),
            line(7, 55.0, [2.0; 2], dn, "D"),
            // Ten centimetres within the outline, at a level that knows it to 15.
            line(8, 59.9, [9.0; 2], dn, "B"),
            // Beside it: the wall within; perhaps within; near.
            line(9, 60.04, [9.0; 2], dn, "A"),
            line(10, 61.0, [9.0; 2], dn, "D"),
            line(11, 60.5, [9.0; 2], dn, "A"),
            line(12, 61.5, [9.0; 2], None, "A"),
        ];
        let permit = dug(park, 7.5);
        let of = |key: &str| {
            let at = permit.met.pipes.iter().position(|pipe| pipe.key == key).unwrap();
            (permit.met.pipes[at].met, permit.unsure[at].as_slice())
        };
        assert_eq!(of("e1"), (Met::Crossed, &[][..]));
        assert_eq!(of("e2"), (Met::Crossed, &[Unsure::Level][..]));
        assert_eq!(of("e3"), (Met::Crossed, &[Unsure::Size][..]));
        assert_eq!(of("e4"), (Met::Crossed, &[Unsure::Height][..]));
        assert_eq!(of("e5"), (Met::Below, &[][..]));
        assert_eq!(of("e6"), (Met::Below, &[Unsure::OffInHeight][..]));
        assert_eq!(of("e7"), (Met::Below, &[Unsure::Level][..]));
        assert_eq!(of("e8"), (Met::Crossed, &[Unsure::OffInPlan][..]));
        let beside: Vec<(&str, Beside)> = permit.near.iter().map(|line| (line.key.as_str(), line.beside)).collect();
        assert_eq!(
            beside,
            [("e9", Beside::InPit), ("e11", Beside::Near), ("e10", Beside::MayBeInPit), ("e12", Beside::MayBeNear)]
        );
        let cells: Vec<String> = permit.tables()[0].rows.iter().map(|row| format!("{:?}", row.cells[3])).collect();
        assert_eq!(cells.iter().filter(|cell| cell.contains("possibly")).count(), 6, "{cells:?}");
        let part = permit.met.pipes.iter().find(|pipe| pipe.key == "e4").unwrap();
        assert_eq!((part.cover_m, part.axis_whole), (None, false));
    }

    #[test]
    fn what_is_gone_is_not_met_and_a_riser_is() {
        let mut park = flat();
        let gone = Some("2020-01-01".parse().unwrap());
        park.edges = vec![
            edge(1, vec![[60.0, 55.0, 9.0], [60.0, 55.0, 6.0]]),
            edge(2, vec![[0.0, 55.0, 9.0], [99.0, 55.0, 9.0]]),
        ];
        park.edges[1].valid_to = gone;
        park.nodes = ["old", "new", "wide", "far"]
            .iter()
            .zip([60.0, 61.0, 70.4, 72.0])
            .map(|(key, x)| node(key, spatial_db::model::NodeKind::Manhole, [x, 55.0, 8.0]))
            .collect();
        park.nodes[0].valid_to = gone;
        park.nodes[2].size_mm = Some(1000.0);
        let area = geo::Rect::new(geo::coord! { x: 52.0, y: 52.0 }, geo::coord! { x: 55.0, y: 55.0 }).to_polygon();
        let building = |id, valid_to| spatial_db::model::Building {
            valid_to,
            ..spatial_db::model::Building::bare(
                id,
                spatial_db::model::Provenance::default(),
                MultiPolygon(vec![area.clone()]),
            )
        };
        park.buildings = vec![building(1, gone), building(2, None)];
        let permit = dug(park, 7.5);
        assert_eq!(permit.met.pipes.iter().map(|pipe| pipe.key.as_str()).collect::<Vec<_>>(), ["e1"]);
        assert_eq!(permit.met.nodes.iter().map(|node| node.key.as_str()).collect::<Vec<_>>(), ["new", "wide"]);
        assert_eq!(permit.met.buildings, 1);
    }
}
