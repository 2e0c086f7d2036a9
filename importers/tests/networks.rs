//! Survey tables and drawings of underground networks: elevations from whatever the source tells.

use gdal::vector::OGRFieldType::{OFTReal, OFTString};
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot};

use crate::support::{self, Bench, Field, layer, make};

/// Point table as Chinese surveys write it: X is north, `High` the ground, `WellDeep` the chamber.
const POINTS: &str = "Exp_No,X,Y,High,Subsid,WellDeep\n\
    WS1,3431000.0,643000.0,5.00,检查井,2.00\n\
    WS2,3431000.0,643040.0,4.80,检查井,2.30\n\
    WS3,3431030.0,643040.0,4.70,,\n\
    WS4,3431030.0,643090.0,,,\n";

const LINES: &str = "S_Exp,E_Exp,S_Deep,E_Deep,Type,Material,PSize\n\
    WS1,WS2,1.80,2.10,WS,砼,400\n\
    WS2,WS3,2.10,1.90,WS,砼,400\n\
    WS3,WS4,1.90,,YS,PVC,300\n\
    WS3,WS9,1.90,1.0,WS,PVC,300\n\
    WS2,WS2,1.0,1.0,WS,PVC,300\n";

const SURVEY: &str = "[[layer]]
name = \"points\"
role = \"network.drainage.node\"
file = \"points.csv\"
crs = \"EPSG:4549\"
x = \"X\"
y = \"Y\"
axis_order = \"north_first\"
key = { field = \"Exp_No\", prefix = \"ps-\" }
[layer.fields]
ground_elevation_m = \"High\"
depth_m = \"WellDeep\"
kind = { field = \"Subsid\", map = { \"检查井\" = \"manhole\" }, default = \"junction\" }

[[layer]]
name = \"lines\"
role = \"network.drainage\"
file = \"lines.csv\"
key = [\"S_Exp\", \"E_Exp\"]
nodes = \"points\"
from = \"S_Exp\"
to = \"E_Exp\"
start_depth = \"S_Deep\"
end_depth = \"E_Deep\"
z_from = [\"depth\"]
z_reference = \"invert\"
[layer.fields]
subtype = \"Type\"
material = \"Material\"
diameter_mm = { field = \"PSize\", unit = \"mm\" }
";

fn path<'p>(park: &'p ParkSnapshot, key: &str) -> &'p [[f64; 3]] {
    &park.edges.iter().find(|edge| edge.provenance.key == key).unwrap_or_else(|| panic!("no edge {key}")).path
}

#[test]
fn survey_tables_become_pipes_at_their_depths() {
    let mut bench = Bench::new();
    bench.write("points.csv", POINTS);
    bench.write("lines.csv", LINES);
    let report = bench.import(SURVEY).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!((layer(&report, "points").added, layer(&report, "points").quarantined), (4, 0));
    let lines = layer(&report, "lines");
    assert_eq!((lines.read, lines.added, lines.quarantined), (5, 3, 2), "{:?}", report.issues);
    let codes: Vec<String> = bench.quarantine().into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["edge.unknown_node", "edge.zero_length"]);
    assert_eq!(report.issue_totals["edge.one_elevation"], 1);

    let park = bench.park("t");
    // Ground less depth is the invert; the axis lies half of 400 mm higher. X of the table is north.
    let first = path(&park, "WS1/WS2");
    assert_eq!([first[0][0], first[0][1]], [643_000.0, 3_431_000.0]);
    assert!(
        (first[0][2] - (5.0 - 1.8 + 0.2)).abs() < 1e-9 && (first[1][2] - (4.8 - 2.1 + 0.2)).abs() < 1e-9,
        "{first:?}"
    );
    let level = path(&park, "WS3/WS4");
    assert!((level[0][2] - (4.7 - 1.9 + 0.15)).abs() < 1e-9 && level[0][2] == level[1][2], "{level:?}");
    let edge = park.edges.iter().find(|edge| edge.provenance.key == "WS1/WS2").unwrap();
    assert_eq!((edge.class, edge.from_key.as_deref()), (NetworkClass::Drainage, Some("ps-WS1")));
    assert_eq!((edge.material.as_deref(), edge.subtype.as_deref()), (Some("砼"), Some("WS")));
    // Chambers by their own depth; plain joints by the lowest pipe that ends there.
    let node = |key: &str| park.nodes.iter().find(|node| node.provenance.key == key).unwrap();
    assert!((node("ps-WS1").position[2] - 3.0).abs() < 1e-9);
    assert_eq!((node("ps-WS1").kind, node("ps-WS3").kind), (NodeKind::Manhole, NodeKind::Junction));
    assert!((node("ps-WS3").position[2] - level[0][2].min(path(&park, "WS2/WS3")[1][2])).abs() < 1e-9);
    assert!((node("ps-WS4").position[2] - level[1][2]).abs() < 1e-9);
    support::assert_unchanged(&bench.import(SURVEY).unwrap());
}

#[test]
fn lines_with_their_own_coordinates_and_the_ground_beneath() {
    let mut bench = Bench::new();
    bench.write(
        "ground.csv",
        "x,y,h\n642900,3430900,10\n643200,3430900,13\n642900,3431200,10\n643200,3431200,13\n643000,3431000,\n",
    );
    bench.write(
        "pipes.csv",
        "id,x1,y1,x2,y2,d1,d2\n1,643000,3431000,643100,3431000,1,2\n2,643000,3431000,643100,3431000,,\n",
    );
    let text = "[[layer]]
name = \"ground\"
role = \"terrain.points\"
file = \"ground.csv\"
crs = \"EPSG:4549\"
x = \"x\"
y = \"y\"
z = \"h\"
cell_m = 10

[[layer]]
name = \"pipes\"
role = \"network.gas\"
file = \"pipes.csv\"
crs = \"EPSG:4549\"
key = \"id\"
start_x = \"x1\"
start_y = \"y1\"
end_x = \"x2\"
end_y = \"y2\"
start_depth = { field = \"d1\", unit = \"m\" }
end_depth = \"d2\"
";
    let report = bench.import(text).unwrap();
    let ground = layer(&report, "ground");
    assert_eq!((ground.read, ground.added, ground.quarantined), (5, 4, 1));
    assert_eq!(bench.quarantine()[0].0, "terrain.no_height");
    assert_eq!(report.issue_totals["edge.no_elevation"], 1);
    let park = bench.park("t");
    let pipe = path(&park, "1");
    // The ground rises a metre in a hundred to the east, from 10 m at x = 642 900.
    assert!((pipe[0][2] - (11.0 - 1.0)).abs() < 1e-3 && (pipe[1][2] - (12.0 - 2.0)).abs() < 1e-3, "{pipe:?}");
    assert!(path(&park, "2").iter().all(|at| at[2].is_nan()));

    let report = bench
        .import(&text.replace("[[layer]]\nname = \"pipes\"", "[[layer]]\nassumed_depth_m = 0.9\nname = \"pipes\""))
        .unwrap();
    assert_eq!((layer(&report, "pipes").unchanged, layer(&report, "pipes").changed), (1, 1));
    let park = bench.park("t");
    assert!((path(&park, "2")[0][2] - 10.1).abs() < 1e-3);
    assert_eq!(report.issue_totals["edge.assumed_depth"], 1);
}

#[test]
fn a_line_drawn_backwards_is_turned_round() {
    let mut bench = Bench::new();
    let (x, y) = (643_000.0, 3_431_000.0);
    let id = [("ID", OFTString), ("Z", OFTReal)];
    let nodes = [(format!("POINT ({x} {y})"), "a", 5.0), (format!("POINT ({} {y})", x + 50.0), "b", 4.0)];
    let nodes: Vec<_> =
        nodes.iter().map(|(wkt, id, z)| (wkt.as_str(), vec![Field::Text(id), Field::Real(*z)])).collect();
    make("GPKG", &bench.path("n.gpkg"), "n", Some(4549), &id, &nodes);
    let line = format!("LINESTRING ({} {y},{} {},{x} {y})", x + 50.0, x + 25.0, y + 10.0);
    let ends = [("ID", OFTString), ("A", OFTString), ("B", OFTString)];
    let row = vec![Field::Text("p"), Field::Text("a"), Field::Text("b")];
    make("GPKG", &bench.path("e.gpkg"), "e", Some(4549), &ends, &[(&line, row)]);
    let report = bench
        .import(
            "[[layer]]\nname = \"n\"\nrole = \"network.heat.node\"\nfile = \"n.gpkg\"\nkey = \"ID\"\nelevation = \"Z\"\n[layer.fields]\nkind = { value = \"junction\" }\n
[[layer]]\nname = \"e\"\nrole = \"network.heat\"\nfile = \"e.gpkg\"\nkey = \"ID\"\nnodes = \"n\"\nfrom = \"A\"\nto = \"B\"\n",
        )
        .unwrap();
    assert_eq!(report.issue_totals["edge.reversed"], 1);
    let park = bench.park("t");
    let pipe = path(&park, "p");
    assert_eq!([pipe[0], pipe[2]], [[x, y, 5.0], [x + 50.0, y, 4.0]]);
    assert!((pipe[1][2] - 4.5).abs() < 1e-9);
}

#[test]
fn words_that_are_not_the_models_are_named_with_a_way_out() {
    let mut bench = Bench::new();
    bench.write("points.csv", &POINTS.replace("WS3,3431030.0,643040.0,4.70,,", "WS3,3431030.0,643040.0,4.70,hydrnt,"));
    bench.write("lines.csv", LINES);
    let report = bench.import(SURVEY).unwrap();
    let points = layer(&report, "points");
    assert_eq!((points.read, points.added, points.quarantined), (4, 3, 1));
    let issue = report.issues.iter().find(|issue| issue.code == "value.unknown_word").unwrap();
    assert_eq!((issue.row, issue.key.as_deref()), (Some(3), Some("ps-WS3")));
    assert!(issue.fix.contains("\"hydrnt\" = \"hydrant\""), "{}", issue.fix);
}
