//! Which features a file is to hold.

use geo::{BoundingRect, Centroid, Contains, InteriorPoint, Intersects, LineString, MultiPolygon, Point, Rect};
use spatial_db::model::{FeatureId, FeatureKind, Parcel, ParkSnapshot};

use super::GltfError;

/// Where the features are.
#[derive(Debug, Clone, PartialEq)]
pub enum GltfPlace {
    /// Anywhere in the park.
    Park,
    /// On these parcels, by number or key: the parcels, buildings that stand on them, what crosses them.
    Parcels(Vec<String>),
    /// In a box, or across its edge: west, south, east, north, m.
    Box([f64; 4]),
}

/// The features of some kinds at a place, in the order of the kinds and of the park.
///
/// # Errors
/// [`GltfError::NoSuchParcel`].
pub fn features_in(park: &ParkSnapshot, place: &GltfPlace, kinds: &[FeatureKind]) -> Result<Vec<FeatureId>, GltfError> {
    let (areas, own) = match place {
        GltfPlace::Park => (None, None),
        GltfPlace::Box([west, south, east, north]) => {
            let area: MultiPolygon<f64> = Rect::new((*west, *south), (*east, *north)).to_polygon().into();
            (Some(Areas::new(vec![area])), None)
        }
        GltfPlace::Parcels(asked) => {
            let parcels = asked.iter().map(|asked| parcel(park, asked)).collect::<Result<Vec<_>, _>>()?;
            let own = parcels.iter().map(|parcel| parcel.id).collect::<Vec<_>>();
            (Some(Areas::new(parcels.iter().map(|parcel| parcel.boundary.clone()).collect())), Some(own))
        }
    };
    let any = |shape: &dyn Fn(&Areas) -> bool| areas.as_ref().is_none_or(shape);
    let mut ids = Vec::new();
    for kind in kinds {
        match kind {
            FeatureKind::Parcel => match &own {
                // Their neighbours touch them, and were not asked for.
                Some(own) => ids.extend(own),
                None => ids.extend(park.parcels.iter().filter(|f| any(&|areas| areas.meet(&f.boundary))).map(|f| f.id)),
            },
            FeatureKind::Building => ids.extend(
                park.buildings
                    .iter()
                    .filter(|f| {
                        // Of a parcel is what stands on it, not what leans over its edge.
                        if own.is_some() {
                            any(&|areas| f.footprint.interior_point().is_some_and(|at| areas.hold(at)))
                        } else {
                            any(&|areas| areas.meet(&f.footprint))
                        }
                    })
                    .map(|f| f.id),
            ),
            FeatureKind::Surface => {
                ids.extend(park.surfaces.iter().filter(|f| any(&|areas| areas.meet(&f.area))).map(|f| f.id));
            }
            FeatureKind::RoadEdge => ids.extend(
                park.roads.iter().filter(|f| any(&|areas| f.line.iter().any(|line| areas.cross(line)))).map(|f| f.id),
            ),
            FeatureKind::NetworkEdge => ids.extend(
                park.edges
                    .iter()
                    .filter(|f| {
                        let plan: LineString<f64> = f.path.iter().map(|at| (at[0], at[1])).collect();
                        any(&|areas| areas.cross(&plan))
                    })
                    .map(|f| f.id),
            ),
            FeatureKind::NetworkNode => ids.extend(
                park.nodes
                    .iter()
                    .filter(|f| any(&|areas| areas.hold(Point::new(f.position[0], f.position[1]))))
                    .map(|f| f.id),
            ),
            FeatureKind::EmergencyResource => ids.extend(
                park.resources.iter().filter(|f| any(&|areas| areas.hold(Point::from(f.position)))).map(|f| f.id),
            ),
            FeatureKind::HazardSource => ids.extend(
                park.hazards
                    .iter()
                    .filter(|f| any(&|areas| f.shape.centroid().is_some_and(|at| areas.hold(at))))
                    .map(|f| f.id),
            ),
            _ => {}
        }
    }
    Ok(ids)
}

fn parcel<'p>(park: &'p ParkSnapshot, asked: &str) -> Result<&'p Parcel, GltfError> {
    let names = |parcel: &'p Parcel| [parcel.number.as_deref().unwrap_or_default(), parcel.provenance.key.as_str()];
    park.parcels.iter().find(|parcel| names(parcel).contains(&asked)).ok_or_else(|| {
        let all = park.parcels.iter().flat_map(names).filter(|name| !name.is_empty());
        GltfError::NoSuchParcel { asked: asked.to_owned(), near: crate::query::nearest(asked, all) }
    })
}

/// Areas with the boxes around them.
struct Areas(Vec<(Rect<f64>, MultiPolygon<f64>)>);

impl Areas {
    fn new(areas: Vec<MultiPolygon<f64>>) -> Self {
        Self(areas.into_iter().filter_map(|area| Some((area.bounding_rect()?, area))).collect())
    }

    fn meet(&self, other: &MultiPolygon<f64>) -> bool {
        let Some(around) = other.bounding_rect() else { return false };
        self.0.iter().any(|(rect, area)| rect.intersects(&around) && area.intersects(other))
    }

    fn cross(&self, line: &LineString<f64>) -> bool {
        let Some(around) = line.bounding_rect() else { return false };
        self.0.iter().any(|(rect, area)| rect.intersects(&around) && area.intersects(line))
    }

    fn hold(&self, at: Point<f64>) -> bool {
        self.0.iter().any(|(rect, area)| rect.intersects(&at) && area.contains(&at))
    }
}
