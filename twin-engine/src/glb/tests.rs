//! Files read back by the `gltf` crate, which shares nothing with how they were made.

use std::collections::BTreeMap;

use ::gltf as reader;
use geo::{Area, BoundingRect};
use reader::mesh::Mode;
use serde_json::Value;
use spatial_db::model::FeatureKind::{Building, NetworkEdge, Parcel};
use spatial_db::model::{BuildingSurface, FacadeKind, Provenance};

use super::*;
use crate::fixture;

/// A file as somebody else reads it.
struct Read {
    document: reader::Document,
    buffers: Vec<reader::buffer::Data>,
}

/// A triangle: its corners and their normals.
type Face = ([Vec3; 3], [Vec3; 3]);

impl Read {
    /// Features of the tiny park with its overlay of parcels.
    fn of(name: &str, input: &TwinInput, ids: Vec<FeatureId>) -> (Self, GltfReport) {
        let path = std::env::temp_dir().join(format!("twin-glb-{}-{name}.glb", std::process::id()));
        let export = GltfExport::new(input, ids, GltfOptions::default()).unwrap();
        let report = export.write(&path).unwrap();
        assert_eq!(report.bytes, std::fs::metadata(&path).unwrap().len());
        assert_eq!(export.done().load(Ordering::Relaxed), export.len());
        let (document, buffers, images) = reader::import(&path).expect("a valid file");
        assert!(images.is_empty());
        std::fs::remove_file(&path).unwrap();
        (Self { document, buffers }, report)
    }

    fn extras(extras: &reader::json::Extras) -> Value {
        serde_json::from_str(extras.as_ref().expect("extras").get()).unwrap()
    }

    fn asset(&self) -> Value {
        Self::extras(&self.document.as_json().asset.extras)
    }

    /// Nodes with a mesh, by kind and key.
    fn features(&self) -> BTreeMap<(String, String), reader::Node<'_>> {
        let named = |node: reader::Node<'_>| {
            let extras = Self::extras(node.extras());
            let word = |name: &str| extras[name].as_str().unwrap_or_default().to_owned();
            (word("kind"), word("key"))
        };
        self.document.nodes().filter(|node| node.mesh().is_some()).map(|node| (named(node.clone()), node)).collect()
    }

    fn faces(&self, primitive: &reader::Primitive<'_>) -> Vec<Face> {
        let reader = primitive.reader(|buffer| Some(&self.buffers[buffer.index()]));
        let at: Vec<Vec3> = reader.read_positions().unwrap().map(Vec3::from_array).collect();
        let normals: Vec<Vec3> = reader.read_normals().unwrap().map(Vec3::from_array).collect();
        assert_eq!(at.len(), normals.len());
        let indices: Vec<u32> = reader.read_indices().unwrap().into_u32().collect();
        assert!(indices.len().is_multiple_of(3) && indices.iter().all(|i| (*i as usize) < at.len()));
        indices
            .chunks_exact(3)
            .map(|t| ([0, 1, 2].map(|k| at[t[k] as usize]), [0, 1, 2].map(|k| normals[t[k] as usize])))
            .collect()
    }

    /// All triangles of a node, by the name of their material.
    fn triangles(&self, node: &reader::Node<'_>) -> Vec<(String, Face)> {
        let mesh = node.mesh().unwrap();
        let solid = mesh.primitives().filter(|primitive| primitive.mode() == Mode::Triangles);
        solid
            .flat_map(|primitive| {
                let material = primitive.material().name().unwrap_or_default().to_owned();
                self.faces(&primitive).into_iter().map(move |face| (material.clone(), face))
            })
            .collect()
    }

    /// Park coordinates of a place in the file, by what the file says of its origin.
    fn park(&self, at: Vec3) -> [f64; 3] {
        let origin = &self.asset()["origin"];
        let of = |name: &str| origin[name].as_f64().unwrap();
        [of("easting_m") + f64::from(at.x), of("northing_m") - f64::from(at.z), of("elevation_m") + f64::from(at.y)]
    }
}

fn all(input: &TwinInput) -> Vec<FeatureId> {
    features_in(&input.snapshot, &GltfPlace::Park, &KINDS).unwrap()
}

/// Area of a triangle as seen from above, m²; negative where it is seen from below.
fn plan_area(corners: &[Vec3; 3]) -> f64 {
    let [a, b, c] = corners;
    f64::from((*b - *a).cross(*c - *a).y) * 0.5
}

#[test]
fn every_feature_is_there_with_its_name_key_and_attributes() {
    let input = fixture::tiny();
    let (file, report) = Read::of("all", &input, all(&input));
    let features = file.features();
    let count = |kind: &str| features.keys().filter(|(of, _)| of == kind).count();
    let park = &input.snapshot;
    assert_eq!(count("parcel"), park.parcels.len());
    assert_eq!(count("building"), park.buildings.len());
    assert_eq!(count("network_edge"), park.edges.len());
    assert_eq!((count("surface"), count("road_edge"), count("hazard_source"), count("ground")), (2, 2, 1, 1));
    // An assembly point is a place without a shape.
    assert_eq!((report.features, report.without_shape), (features.len() - 1, 1));
    let drawn: usize = features.values().map(|node| file.triangles(node).len()).sum();
    assert_eq!(report.triangles, drawn);

    let node = &features[&("building".to_owned(), "buildings-3".to_owned())];
    assert_eq!(node.name(), Some("Hall 3"));
    let extras = Read::extras(node.extras());
    assert_eq!((&extras["feature_id"], &extras["attributes"]["height_m"]), (&3.into(), &24.into()));
    assert_eq!(
        (&extras["attributes"]["area_m2"], &extras["attributes"]["remark"]),
        (&1800.into(), &"made by hand".into())
    );
    let parcel = Read::extras(features[&("parcel".to_owned(), "parcels-3".to_owned())].extras());
    assert_eq!((&parcel["overlay"]["class"], parcel["overlay"]["value"].as_f64()), (&"under-used".into(), Some(16.0)));
    // Everything hangs in one scene, under a node for each kind.
    let scene = file.document.default_scene().expect("a scene");
    let groups: Vec<&str> = scene.nodes().filter_map(|node| node.name()).collect();
    assert!(groups.contains(&"ground") && groups.contains(&"building") && groups.contains(&"parcel"), "{groups:?}");
    let hung: usize = scene.nodes().map(|node| node.children().count().max(1)).sum();
    assert_eq!(hung, features.len());
}

#[test]
fn the_file_says_where_it_is_whose_it_is_and_that_it_is_synthetic() {
    let input = fixture::tiny();
    let (file, _) = Read::of("asset", &input, all(&input));
    let asset = file.asset();
    assert_eq!((&asset["crs"]["epsg"], &asset["synthetic"]), (&4550.into(), &true.into()));
    assert!(asset["crs"]["name"].as_str().unwrap().contains("CGCS2000"), "{}", asset["crs"]);
    assert!(asset["notice"].as_str().unwrap().contains("SYNTHETIC"));
    assert_eq!((&asset["overlay"]["name"], &asset["overlay"]["as_of"]), (&"idle".into(), &"2024-06-30".into()));
    let said = &file.document.as_json().asset;
    let copyright = said.copyright.as_deref().unwrap();
    assert!(copyright.contains("SYNTHETIC") && copyright.contains("Made by hand for tests"), "{copyright}");
    assert_eq!(said.version, "2.0");
}

/// The store's own geometry is the measure: footprints, heights, boundaries and axes, not what the scene made of them.
#[test]
fn shapes_have_the_bounds_and_areas_of_the_park() {
    let input = fixture::tiny();
    let park = &input.snapshot;
    let (file, _) = Read::of("bounds", &input, all(&input));
    let features = file.features();
    let of = |kind: &str, key: &str| {
        let faces = file.triangles(&features[&(kind.to_owned(), key.to_owned())]);
        let corners: Vec<[f64; 3]> = faces.iter().flat_map(|(_, (at, _))| at.map(|p| file.park(p))).collect();
        let low = corners.iter().fold([f64::INFINITY; 3], |low, at| [0, 1, 2].map(|k| low[k].min(at[k])));
        let high = corners.iter().fold([f64::NEG_INFINITY; 3], |high, at| [0, 1, 2].map(|k| high[k].max(at[k])));
        (faces, low, high)
    };
    let near = |a: f64, b: f64, off: f64, what: &str| assert!((a - b).abs() <= off, "{what}: {a} for {b}");
    for building in &park.buildings {
        let (faces, low, high) = of("building", &building.provenance.key);
        let rect = building.footprint.bounding_rect().unwrap();
        for (a, b) in [(low[0], rect.min().x), (low[1], rect.min().y), (high[0], rect.max().x), (high[1], rect.max().y)]
        {
            near(a, b, 1e-3, &building.provenance.key);
        }
        // The roof has the footprint's area and its height over the middle of the ground along the walls.
        let up = faces.iter().filter(|(_, (_, normals))| normals[0].y > 0.9);
        let roof: f64 = up.clone().map(|(_, (at, _))| plan_area(at)).sum();
        near(roof, building.footprint.unsigned_area(), 0.5, "roof");
        let terrain = park.terrain.as_ref().unwrap();
        let foot = rect.center();
        let ground = terrain.height_at(foot.x, foot.y).unwrap_or_default();
        near(high[2], ground + building.height_m.unwrap(), 4.0, "top");
    }
    for parcel in &park.parcels {
        let (faces, low, high) = of("parcel", &parcel.provenance.key);
        let rect = parcel.boundary.bounding_rect().unwrap();
        for (a, b) in [(low[0], rect.min().x), (low[1], rect.min().y), (high[0], rect.max().x), (high[1], rect.max().y)]
        {
            near(a, b, 1e-3, &parcel.provenance.key);
        }
        let area: f64 = faces.iter().map(|(_, (at, _))| plan_area(at)).sum();
        near(area, parcel.boundary.unsigned_area(), 1.0, "parcel");
    }
    for edge in &park.edges {
        let (faces, ..) = of("network_edge", &edge.provenance.key);
        let radius = edge.diameter_mm.unwrap() / 2000.0;
        for (_, (at, _)) in faces {
            for corner in at.map(|p| file.park(p)) {
                let off =
                    edge.path.windows(2).map(|pair| off_axis_m(corner, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
                // At a bend the ring stands between both ways, so it may stand off a little further.
                assert!(off > radius * 0.85 && off < radius * 1.1, "{off} m for {radius}");
            }
        }
    }
    let (_, low, high) = of("ground", "");
    let around = park.surfaces[0].area.bounding_rect().unwrap();
    assert!(
        low[0] < around.min().x && low[1] < around.min().y && high[0] > around.max().x,
        "the ground reaches under all"
    );
}

/// Distance of a place from a piece of an axis, m.
fn off_axis_m(at: [f64; 3], from: [f64; 3], to: [f64; 3]) -> f64 {
    use bevy::math::DVec3;
    let [at, from, to] = [at, from, to].map(DVec3::from_array);
    let share = ((at - from).dot(to - from) / (to - from).length_squared()).clamp(0.0, 1.0);
    at.distance(from.lerp(to, share))
}

#[test]
fn normals_are_units_and_agree_with_the_winding_and_solids_face_outwards() {
    let input = fixture::tiny();
    let (file, _) = Read::of("normals", &input, all(&input));
    let mut looked_at = 0;
    for ((kind, key), node) in &file.features() {
        let faces = file.triangles(node);
        for (_, (at, normals)) in &faces {
            let face = (at[1] - at[0]).cross(at[2] - at[0]).normalize();
            for normal in normals {
                assert!((normal.length() - 1.0).abs() < 1e-4, "{kind} {key}: {normal}");
                assert!(face.dot(*normal) > 0.3, "{kind} {key}: {face} against {normal}");
            }
            looked_at += 1;
        }
        // The volume of what is closed is positive when all faces look outwards (divergence theorem); a building has no floor.
        if kind == "network_edge" || kind == "building" {
            let middle = faces.iter().flat_map(|(_, (at, _))| *at).sum::<Vec3>() / (faces.len() * 3) as f32;
            let volume: f32 = faces
                .iter()
                .map(|(_, (at, _))| {
                    let [a, b, c] = at.map(|p| p - middle);
                    a.dot(b.cross(c)) / 6.0
                })
                .sum();
            assert!(volume > 0.0, "{kind} {key}: {volume}");
        }
        if ["parcel", "surface", "road_edge", "ground"].contains(&kind.as_str()) {
            assert!(faces.iter().all(|(_, (at, _))| plan_area(at) > 0.0), "{kind} {key} is seen from above");
        }
    }
    assert!(looked_at > 500, "{looked_at}");
}

#[test]
fn colours_are_those_of_the_overlay_and_walls_are_apart_from_roofs() {
    let mut input = fixture::tiny();
    let (file, _) = Read::of("colours", &input, all(&input));
    let colour = |file: &Read, kind: &str, key: &str| {
        let features = file.features();
        let mesh = features[&(kind.to_owned(), key.to_owned())].mesh().unwrap();
        mesh.primitives()
            .filter(|primitive| primitive.mode() == Mode::Triangles)
            .map(|primitive| {
                let material = primitive.material();
                let [r, g, b, a] = material.pbr_metallic_roughness().base_color_factor();
                let Rgb(r, g, b) = Rgb::from_linear([r, g, b]);
                (material.name().unwrap_or_default().to_owned(), [r, g, b], a)
            })
            .collect::<Vec<_>>()
    };
    // Vacant land is red, as translucent as in the scene; the parcel that the overlay leaves out is neutral.
    let alpha = Theme::of(ThemeChoice::Daylight).parcel_fill_alpha;
    let vacant = &colour(&file, "parcel", "parcels-4")[0];
    assert_eq!((vacant.0.as_str(), vacant.1), ("vacant", [199, 55, 47]));
    assert!((vacant.2 - alpha).abs() < 0.01, "{}", vacant.2);
    assert_eq!(colour(&file, "parcel", "parcels-8")[0].0, "parcel");
    input.active = Some("emergency".into());
    let (file, _) = Read::of("emergency", &input, all(&input));
    let parts = colour(&file, "building", "buildings-1");
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!((parts[0].0.as_str(), parts[0].1), ("within 150 m", [46, 158, 91]));
    assert_eq!(parts[1].0, "within 150 m, wall");
    assert!(parts[1].1.iter().zip(parts[0].1).all(|(wall, roof)| *wall <= roof && *wall > 0), "{parts:?}");
}

#[test]
fn a_modelled_building_is_its_model_with_every_wall_once() {
    let mut input = fixture::tiny();
    let mut park = (*input.snapshot).clone();
    let key = park.buildings[1].provenance.key.clone();
    let rect = park.buildings[1].footprint.bounding_rect().unwrap();
    let ((x0, y0), (x1, y1)) = ((rect.min().x, rect.min().y), (rect.max().x, rect.max().y));
    let (eaves, ridge, middle) = (16.0, 21.5, f64::midpoint(y0, y1));
    let base = 5.0;
    let mut surface = |id: i64, kind, ring: Vec<[f64; 3]>| {
        park.building_surfaces.push(BuildingSurface {
            id: FeatureId::new(FeatureKind::BuildingSurface, id),
            provenance: Provenance::default(),
            polygons: vec![vec![ring]],
            building_key: key.clone(),
            kind,
            lod: None,
            area_m2: None,
        });
    };
    // A hall with a gable roof: two slopes, two long walls, two gables.
    surface(1, FacadeKind::Roof, vec![[x0, y0, eaves], [x1, y0, eaves], [x1, middle, ridge], [x0, middle, ridge]]);
    surface(2, FacadeKind::Roof, vec![[x1, y1, eaves], [x0, y1, eaves], [x0, middle, ridge], [x1, middle, ridge]]);
    surface(3, FacadeKind::Wall, vec![[x0, y0, base], [x1, y0, base], [x1, y0, eaves], [x0, y0, eaves]]);
    surface(4, FacadeKind::Wall, vec![[x1, y1, base], [x0, y1, base], [x0, y1, eaves], [x1, y1, eaves]]);
    surface(
        5,
        FacadeKind::Wall,
        vec![[x1, y0, base], [x1, y1, base], [x1, y1, eaves], [x1, middle, ridge], [x1, y0, eaves]],
    );
    surface(
        6,
        FacadeKind::Wall,
        vec![[x0, y1, base], [x0, y0, base], [x0, y0, eaves], [x0, middle, ridge], [x0, y1, eaves]],
    );
    input.snapshot = Arc::new(park);
    let id = input.snapshot.buildings[1].id;
    let (file, report) = Read::of("gable", &input, vec![id]);
    assert_eq!((report.features, report.without_shape), (1, 0));
    let features = file.features();
    let faces = file.triangles(&features[&("building".to_owned(), key)]);
    let area = |walls: bool| -> f64 {
        let of = faces.iter().filter(|(material, _)| material.ends_with("wall") == walls);
        of.map(|(_, (at, _))| f64::from((at[1] - at[0]).cross(at[2] - at[0]).length()) * 0.5).sum()
    };
    let (width, depth) = (x1 - x0, y1 - y0);
    let slope = ((depth / 2.0).powi(2) + (ridge - eaves).powi(2)).sqrt();
    assert!((area(false) - 2.0 * width * slope).abs() < 0.5, "{}", area(false));
    let gables = depth * (ridge - eaves);
    let walls = 2.0 * (width + depth) * (eaves - base) + gables;
    assert!((area(true) - walls).abs() < 0.5, "{} for {walls}", area(true));
}

#[test]
fn places_choose_what_is_there() {
    let input = fixture::tiny();
    let park = &input.snapshot;
    let kinds = [FeatureKind::Parcel, FeatureKind::Building, FeatureKind::NetworkEdge];
    let ids = |place: &GltfPlace| -> Vec<(FeatureKind, i64)> {
        features_in(park, place, &kinds).unwrap().into_iter().map(|id| (id.kind, id.id)).collect()
    };
    // By number and by key, each with the hall that stands on it.
    let two = GltfPlace::Parcels(vec!["P-001".into(), "parcels-3".into()]);
    assert_eq!(ids(&two), [(Parcel, 1), (Parcel, 3), (Building, 1), (Building, 3)]);
    let (x, y) = fixture::CORNER;
    let corner = GltfPlace::Box([x + 100.0, y + 100.0, x + 160.0, y + 140.0]);
    assert_eq!(ids(&corner), [(Parcel, 1), (Parcel, 2), (Building, 2), (NetworkEdge, 1)]);
    assert_eq!(ids(&GltfPlace::Park).len(), 8 + 6 + 2);
    assert_eq!(ids(&GltfPlace::Box([0.0, 0.0, 1.0, 1.0])), []);
    let said = features_in(park, &GltfPlace::Parcels(vec!["P-0001".into()]), &kinds).unwrap_err().to_string();
    assert!(said.contains("\"P-0001\"") && said.contains("\"P-001\""), "{said}");
}

#[test]
fn nothing_is_left_of_a_file_that_was_given_up_or_cannot_be() {
    let input = fixture::tiny();
    let folder = std::env::temp_dir().join(format!("twin-glb-none-{}", std::process::id()));
    let path = folder.join("x.glb");
    let export = |ids| GltfExport::new(&input, ids, GltfOptions::default()).unwrap();
    let stopped = export(all(&input));
    stopped.cancel().store(true, Ordering::Relaxed);
    assert!(matches!(stopped.write(&path), Err(GltfError::Cancelled)));
    let assembly = input.snapshot.resources[2].id;
    assert!(matches!(export(vec![assembly]).write(&path), Err(GltfError::Nothing)));
    assert!(matches!(export(Vec::new()).write(&path), Err(GltfError::Nothing)));
    assert!(!folder.exists());
    let nowhere = Path::new("/proc/no-such-folder/x.glb");
    assert!(matches!(export(all(&input)).write(nowhere), Err(GltfError::Io { .. })));
    assert_eq!(export(all(&input)).path_in(&folder), folder.join("tiny-selection.glb"));
}
