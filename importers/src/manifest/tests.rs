//! What the manifest accepts, and what it says about what it does not.

use std::path::Path;

use spatial_db::model::NetworkClass;
use spatial_db::schema::Role;

use super::*;

const HEAD: &str = "[park]\nslug = \"p\"\nname = \"P\"\ncrs = \"EPSG:4549\"\n";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(Path::new("folder/p.park.toml"), text, None)
}

fn fails(text: &str) -> (usize, String, String) {
    let error = parse(text).expect_err(text);
    (error.line().expect("a line"), error.to_string(), error.help().unwrap_or_default())
}

#[test]
fn a_full_layer_is_understood() {
    let manifest = parse(&format!(
        "{HEAD}as_of = 2024-05-31\nroot = \"data\"\n
[[layer]]
name = \"points\"
role = \"network.node\"
file = \"p.csv\"
x = \"X\"
y = \"Y\"
axis_order = \"north_first\"
key = {{ field = \"Exp_No\", prefix = \"n-\" }}
[layer.fields]
class = {{ field = \"Type\", map = {{ JS = \"water\", PS = \"drainage\", \"*\" = \"other\" }} }}
kind = {{ value = \"junction\" }}
depth_m = {{ field = \"WellDeep\", unit = \"cm\" }}

[[layer]]
name = \"pipes\"
role = \"network.water\"
file = \"l.csv\"
nodes = \"points\"
from = \"S_Exp\"
to = \"E_Exp\"
start_depth = \"S_Deep\"
end_depth = {{ field = \"E_Deep\", unit = \"ft\" }}
z_from = [\"depth\"]
z_reference = \"crown\"
[layer.fields]
diameter_mm = {{ field = \"DS\", unit = \"in\" }}
"
    ))
    .unwrap();
    assert_eq!(manifest.root, Path::new("folder/data"));
    assert_eq!(manifest.park.as_of, chrono::NaiveDate::from_ymd_opt(2024, 5, 31));
    let [points, pipes] = manifest.layers.as_slice() else { panic!("two layers") };
    assert_eq!(points.axis_order, AxisOrder::NorthFirst);
    assert_eq!(points.key.prefix, "n-");
    assert_eq!(pipes.role, Role::NetworkEdge(Some(NetworkClass::Water)));
    assert_eq!(pipes.network.from.as_ref().unwrap().prefix.as_deref(), Some("n-"));
    assert_eq!(pipes.network.z_from, [ZSource::Depth]);
    assert!((pipes.network.end_depth.as_ref().unwrap().factor - 0.3048).abs() < 1e-12);
    let table = pipes.table().unwrap();
    let cell = |name: &str| pipes.columns[table.column_index(name).unwrap()].clone().unwrap();
    assert_eq!(cell("class").from, CellFrom::Constant("water".into()));
    assert_eq!(cell("from_key").from, CellFrom::Field("S_Exp".into()));
    assert!((cell("diameter_mm").factor - 25.4).abs() < 1e-12);
    assert_eq!(pipes.key.prefix, "pipes/");
}

#[test]
fn complaints_carry_the_line_and_the_near_word() {
    let layer = |body: &str| format!("{HEAD}\n[[layer]]\nname = \"a\"\n{body}");
    let (line, text, help) = fails(&layer("rol = \"parcel\"\nfile = \"a.shp\"\n"));
    assert_eq!(line, 8);
    assert!(text.contains("p.park.toml:8") && text.contains("\"rol\""), "{text}");
    assert!(help.contains("did you mean \"role\""), "{help}");

    let (line, text, help) = fails(&layer("role = \"parcels\"\nfile = \"a.shp\"\n"));
    assert_eq!(line, 8);
    assert!(text.contains("\"parcels\" is not a role"), "{text}");
    assert!(help.contains("\"parcel\""), "{help}");

    let (line, _, help) = fails(&layer("role = \"building\"\nfile = \"a.shp\"\n[layer.fields]\nheigth_m = \"H\"\n"));
    assert_eq!(line, 11);
    assert!(help.contains("did you mean \"height_m\""), "{help}");

    let (_, text, help) = fails(&layer(
        "role = \"building\"\nfile = \"a.shp\"\n[layer.fields]\nheight_m = { field = \"H\", unit = \"feet\" }\n",
    ));
    assert!(text.contains("feet"), "{text}");
    assert!(help.contains("ft"), "{help}");

    let (line, text, _) = fails(&layer("role = \"surface\"\nfile = \"a.shp\"\n"));
    assert_eq!(line, 6);
    assert!(text.contains("lacks \"kind\""), "{text}");

    let (_, text, help) = fails(&layer(
        "role = \"surface\"\nfile = \"a.shp\"\n[layer.fields]\nkind = { field = \"K\", map = { A = \"wter\" } }\n",
    ));
    assert!(text.contains("wter"), "{text}");
    assert!(help.contains("did you mean \"water\""), "{help}");

    let (_, text, _) = fails(&layer("role = \"parcel\"\nfile = \"a.shp\"\nstart_depth = \"D\"\n"));
    assert!(text.contains("means nothing for the role parcel"), "{text}");

    let (line, text, _) = fails("[park]\nslug = \"p\ncrs = 1\n");
    assert_eq!(line, 2);
    assert!(text.contains("not TOML"), "{text}");

    let (_, text, _) = fails(&HEAD.replace("EPSG:4549", "4549"));
    assert!(text.contains("neither"), "{text}");

    let (_, text, _) = fails(&layer("role = \"parcel\"\nfile = \"/vsicurl/http://x/a.shp\"\n"));
    assert!(text.contains("only files on this machine"), "{text}");
}

#[test]
fn layers_have_names_of_their_own() {
    let text = format!(
        "{HEAD}\n[[layer]]\nname = \"a\"\nrole = \"road\"\nfile = \"a.shp\"\n\n[[layer]]\nname = \"a\"\nrole = \"road\"\nfile = \"b.shp\"\n"
    );
    let (_, text, _) = fails(&text);
    assert!(text.contains("in line 6"), "{text}");
}

const PAGE: &str = include_str!("../../../docs/manifest.md");

#[test]
fn the_page_describes_every_key_and_its_example_is_understood() {
    for key in layer::KEYS {
        assert!(PAGE.contains(&format!("`{key}`")), "docs/manifest.md does not mention `{key}`");
    }
    let example = PAGE.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let manifest = parse(example).unwrap_or_else(|error| panic!("{error} {:?}", error.help()));
    assert_eq!(manifest.layers.len(), 4);
    for role in spatial_db::schema::Role::words() {
        let known = PAGE.contains(&format!("`{role}`")) || role.starts_with("network.");
        assert!(known, "docs/manifest.md does not mention the role {role}");
    }
}
