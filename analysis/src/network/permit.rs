//! What a permit to dig has to tell: what lies bare, what is near, how much earth, which networks' operators have to be called.

use geo::{BoundingRect, LineString, MultiPolygon, Polygon};
use spatial_db::cache::Cache;
use spatial_db::model::{FeatureId, FeatureKind, NetworkClass, Presence};

use super::clearance::{ClearanceRules, to_area};
use super::dig::{DugPipe, Excavation, Met, excavation};
use super::section::{Size, height};
use super::sheets;
use crate::sheet::{Column, Holds, Row, Sheet, Value};
use crate::words;
use crate::words::{Words, phrase};

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
}

/// What a permit tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Permit {
    /// The outline, park coordinates, m.
    pub outline: Vec<[f64; 2]>,
    /// What is met.
    pub met: Excavation,
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

/// What has to be known before digging within `outline` down to `floor_m`. Lines near it count to `caution_m`, and as much farther as
/// their survey may be off.
pub fn permit(
    cache: &Cache,
    there: &Presence,
    rules: &ClearanceRules,
    outline: &[[f64; 2]],
    floor_m: f64,
    caution_m: f64,
) -> Permit {
    let park = cache.snapshot();
    let mut met = excavation(cache, outline, floor_m);
    let present = |id: FeatureId| {
        let row = park.edges.iter().position(|edge| edge.id == id);
        row.is_none_or(|row| there.edges[row])
    };
    met.pipes.retain(|pipe| present(pipe.id));
    let ring: LineString<f64> = outline.iter().map(|[x, y]| (*x, *y)).collect();
    let area = MultiPolygon(vec![Polygon::new(ring, Vec::new())]);
    let mut near = Vec::new();
    if let Some(bounds) = area.bounding_rect() {
        let by = caution_m + rules.worst_m() + rules.unsized_m.value;
        let (low, high) = (bounds.min(), bounds.max());
        let about = ([low.x - by, low.y - by], [high.x + by, high.y + by]);
        for row in cache.slots_in_envelope(about.0, about.1, FeatureKind::NetworkEdge) {
            let line = &park.edges[row];
            if !there.edges[row] || met.pipes.iter().any(|pipe| pipe.id == line.id) {
                continue;
            }
            let far =
                line.path.windows(2).map(|pair| to_area([pair[0], pair[1]], &area).0).fold(f64::INFINITY, f64::min);
            let size = Size::of(line);
            let distance_m = far - size.width_m.unwrap_or(0.0) / 2.0;
            let off_m = rules.quality(line).plan_m;
            if distance_m <= caution_m + off_m {
                let key = line.provenance.key.clone();
                near.push(NearLine { id: line.id, key, class: line.class, distance_m, off_m, size: size.words });
            }
        }
    }
    near.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.key.cmp(&b.key)));
    let grounds: Option<Vec<f64>> = outline.iter().map(|corner| height(cache, *corner)).collect();
    let depth_m = grounds.and_then(|g| g.into_iter().reduce(f64::max)).map(|ground| ground - floor_m);
    Permit { outline: outline.to_vec(), met, near, caution_m, depth_m }
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
        let met = self.met.pipes.iter().map(|pipe| {
            row(vec![
                said(&pipe.key),
                sheets::class(pipe.class).into(),
                how(pipe).into(),
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
    use crate::network::by_hand::{edge, empty};

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
}
