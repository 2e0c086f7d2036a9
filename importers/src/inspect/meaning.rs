//! What a layer is: a role guessed from its name, its geometry and its fields.
//!
//! Which field fills which column is left to `columns`.

use spatial_db::model::NetworkClass;
use spatial_db::schema::{Role, Table};

use super::columns::{self, Drawn};
use super::facts::{FieldFacts, GeometryCount};
use super::formats;
use super::guess::Guess;
use super::words::{Name, value_of, words};

/// What is known of a layer when its role is guessed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Name of the format, as GDAL has it.
    pub(super) driver: &'a str,
    pub(super) layer: &'a str,
    /// Name of the file without its end.
    pub(super) stem: &'a str,
    pub(super) folder: &'a str,
    pub(super) geometry: &'a [GeometryCount],
    pub(super) fields: &'a [FieldFacts],
    /// Share of the sample whose geometry has a height that is not 0.
    pub(super) heights: f64,
    /// Layers of a drawing, where the rows of one table carry them.
    pub(super) drawn_on: &'a [&'a str],
    /// Coordinates stand in columns: `point` or `line`.
    pub(super) columns: Option<&'static str>,
}

/// A guessed role, or why there is none.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    pub(super) role: Guess<Option<Role>>,
    /// Second-rank roles give way to layers of the first rank.
    pub(super) second: bool,
}

/// Score from which a layer is drafted.
const ENOUGH: f64 = 0.4;

/// `area`, `line`, `point` or `none`.
pub(super) fn shape(seen: &Seen<'_>) -> &'static str {
    let mut counts = [("area", 0), ("line", 0), ("point", 0)];
    for count in seen.geometry {
        let slot = match count.kind {
            "Polygon" | "MultiPolygon" => 0,
            "LineString" | "MultiLineString" => 1,
            "Point" | "MultiPoint" => 2,
            _ => continue,
        };
        counts[slot].1 += count.count;
    }
    match counts.into_iter().max_by_key(|(_, count)| *count) {
        Some((kind, 1..)) => kind,
        _ => seen.columns.unwrap_or("none"),
    }
}

/// How well known words name the layer: its own name counts more than its file's and its folder's.
fn named(seen: &Seen<'_>, names: &[String]) -> Option<(f64, String)> {
    let layer_says_something =
        !["entities", "sheet1", "layer0", "features"].contains(&seen.layer.to_lowercase().as_str());
    let mut best: Option<(f64, String)> = None;
    for (text, what, weight) in [
        (seen.layer, "layer", if layer_says_something { 1.0 } else { 0.0 }),
        (seen.stem, "file", if seen.layer == seen.stem { 0.0 } else { 0.9 }),
        (seen.folder, "folder", 0.45),
    ] {
        let found = Name::new(text)
            .best(names)
            .map(|(score, word)| (score * weight, format!("the {what} is called {text:?} ({word})")));
        if let Some(found) = found.filter(|(score, _)| *score > best.as_ref().map_or(0.0, |(score, _)| *score)) {
            best = Some(found);
        }
    }
    // Drawings keep all their lines in one table; what they are stands in the layer each is drawn on.
    let drawn: Vec<f64> =
        seen.drawn_on.iter().filter_map(|text| Name::new(text).best(names)).map(|(score, _)| score).collect();
    if !drawn.is_empty() && drawn.len() * 2 >= seen.drawn_on.len() {
        let score = drawn.iter().sum::<f64>() / seen.drawn_on.len() as f64;
        if score > best.as_ref().map_or(0.0, |(score, _)| *score) {
            best = Some((score, format!("it is drawn on the layers {}", seen.drawn_on.join(", "))));
        }
    }
    best
}

/// Fields that speak for a role because few others have them.
fn telling(table: &str, column: &str) -> bool {
    match table {
        "parcel" => ["recorded_area_m2", "land_use_code", "land_use", "holder", "number"].contains(&column),
        "building" => ["storeys", "height_m", "floor_area_m2", "year_built"].contains(&column),
        "network_node" => ["ground_elevation_m", "depth_m", "kind", "size_mm"].contains(&column),
        "network_edge" => ["@from", "@to", "diameter_mm", "material", "@start_depth", "@end_depth", "@start_elevation"]
            .contains(&column),
        "road_edge" => column == "class" || column == "width_m",
        "emergency_resource" => ["capacity", "flow_l_s", "kind"].contains(&column),
        "hazard_source" => ["substance", "cas", "quantity_t"].contains(&column),
        "surface" | "terrain" => false,
        _ => !["name", "state", "note", "kind", "date", "address"].contains(&column),
    }
}

/// What the fields say for a table, from 0 to 1, and which they are.
fn fielded(table: &str, fields: &[FieldFacts]) -> (f64, Vec<String>) {
    let found: Vec<String> = columns::map(table, fields, Drawn::default())
        .into_iter()
        .filter(|mapped| telling(table, &mapped.column) && mapped.score >= 0.7)
        .map(|mapped| fields[mapped.field].name.clone())
        .collect();
    ((found.len() as f64 / 3.0).min(1.0), found)
}

fn table_of(role: Role) -> &'static str {
    match role {
        Role::TerrainPoints | Role::TerrainRaster => "terrain",
        Role::Imagery => "imagery",
        role => Table::of(role.kind()).map_or("", |table| table.name),
    }
}

/// Guesses what a layer is.
pub(super) fn guess(seen: &Seen<'_>) -> Meaning {
    if let Some(known) = formats::of(seen.driver, seen.layer).next() {
        let (role, reason) = match known.role() {
            Some(role @ (Role::NetworkNode(None) | Role::NetworkEdge(None))) => {
                let (role, reason) = with_class(role, seen, known.reason.clone());
                (Some(role), reason)
            }
            role => (role, known.reason.clone()),
        };
        return Meaning { role: Guess::new(role, 0.95, reason), second: false };
    }
    let shape = shape(seen);
    let ignored = words()
        .ignored
        .iter()
        .filter_map(|one| named(seen, &one.names).map(|(score, why)| (score, why, &one.reason)))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let mut best: Option<(f64, f64, Role, String, bool)> = None;
    for known in &words().roles {
        let Some(role) = Role::parse(&known.role) else { continue };
        if !known.geometry.iter().any(|kind| kind == shape) {
            continue;
        }
        let table = table_of(role);
        let (fields, which) = fielded(table, seen.fields);
        let (name, why) = named(seen, &known.names).unwrap_or_default();
        // Spot heights are worth nothing without a height.
        let has_height = seen.heights > 0.5
            || columns::map("terrain", seen.fields, Drawn::default()).iter().any(|m| m.column == "@elevation");
        if role == Role::TerrainPoints && (name < 0.5 || !has_height) {
            continue;
        }
        // A line table of a survey names both ends, a point table has coordinates.
        let ends = which.len() >= 2
            && columns::map("network_edge", seen.fields, Drawn::default())
                .iter()
                .filter(|m| m.column == "@from" || m.column == "@to")
                .count()
                == 2;
        if role == Role::NetworkEdge(None) && shape == "none" && !ends {
            continue;
        }
        if role == Role::NetworkNode(None) && (shape == "none" || seen.columns == Some("point") && ends) {
            continue;
        }
        let sure_ends = if ends && role == Role::NetworkEdge(None) { 0.3 } else { 0.0 };
        // A table without geometry is told by its fields alone.
        let weight = if shape == "none" { 0.55 } else { 0.4 };
        let score = (name * 0.7 + fields * weight + sure_ends).min(1.0);
        let because = match (why.is_empty(), which.is_empty()) {
            (false, false) => format!("{why}, with fields {}", which.join(", ")),
            (false, true) => why,
            _ => format!("it has the fields {}", which.join(", ")),
        };
        if score > best.as_ref().map_or(0.0, |best| best.0) {
            best = Some((score, name, role, because, known.second));
        }
    }
    if let Some((score, why, reason)) = &ignored
        && *score >= 0.5
        && best.as_ref().is_none_or(|(total, name, ..)| *name < *score && *total < *score + 0.35)
    {
        return Meaning { role: Guess::new(None, *score, format!("{why}: {reason}")), second: false };
    }
    match best {
        Some((score, _, role, reason, second)) if score >= ENOUGH => {
            let (role, reason) = with_class(role, seen, reason);
            Meaning { role: Guess::new(Some(role), (score + 0.1).min(0.97), reason), second }
        }
        _ => {
            let what = match shape {
                "none" => "a table",
                "area" => "areas",
                "line" => "lines",
                _ => "points",
            };
            let reason = placeless(seen, shape)
                .unwrap_or_else(|| format!("{what} whose name and fields say nothing that could be recognised"));
            Meaning { role: Guess::new(None, 0.0, reason), second: false }
        }
    }
}

/// What a table without coordinates would be if it had some.
fn placeless(seen: &Seen<'_>, shape: &str) -> Option<String> {
    let roles =
        words().roles.iter().filter(|known| shape == "none" && !known.geometry.iter().any(|kind| kind == "none"));
    let (score, why, role) = roles
        .filter_map(|known| named(seen, &known.names).map(|(score, why)| (score, why, &known.role)))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    (score >= 0.5).then(|| {
        format!(
            "{why}, so it may be {role}, but it has no geometry and no columns with coordinates that could be recognised; add them, or say `x` and `y` (or `wkt`)"
        )
    })
}

/// Adds the class of a network where the layer has only one.
fn with_class(role: Role, seen: &Seen<'_>, reason: String) -> (Role, String) {
    let table = match role {
        Role::NetworkEdge(_) => "network_edge",
        Role::NetworkNode(_) => "network_node",
        _ => return (role, reason),
    };
    let (class, why) = class_of(table, seen);
    let role = match role {
        Role::NetworkEdge(_) => Role::NetworkEdge(class),
        _ => Role::NetworkNode(class),
    };
    (role, format!("{reason}; {why}"))
}

/// The classes that a field's values name.
pub(super) fn classes_in(field: &FieldFacts) -> Vec<NetworkClass> {
    let mut found = Vec::new();
    for class in field
        .values
        .keys()
        .filter_map(|value| value_of("class", value))
        .filter(|(_, score)| *score >= LEAST_VALUE)
        .filter_map(|(word, _)| NetworkClass::parse(word))
    {
        if !found.contains(&class) {
            found.push(class);
        }
    }
    found
}

/// Score from which a value means a word.
pub(super) const LEAST_VALUE: f64 = 0.5;

fn class_of(table: &str, seen: &Seen<'_>) -> (Option<NetworkClass>, String) {
    let mapped = columns::map(table, seen.fields, Drawn::default());
    if let Some(mapped) = mapped.iter().find(|mapped| mapped.column == "class") {
        let field = &seen.fields[mapped.field];
        match classes_in(field).as_slice() {
            [] => {}
            [only] => return (Some(*only), format!("all of {} is {}", field.name, only.as_str())),
            several => {
                let names: Vec<&str> = several.iter().map(|class| class.as_str()).collect();
                return (None, format!("{} tells the class: {}", field.name, names.join(", ")));
            }
        }
    }
    for text in [seen.layer, seen.stem, seen.folder].into_iter().chain(seen.drawn_on.iter().copied()) {
        if let Some((word, _)) = value_of("class", text).filter(|(_, score)| *score >= LEAST_VALUE)
            && let Some(class) = NetworkClass::parse(word)
        {
            return (Some(class), format!("{text:?} names the class {word}"));
        }
    }
    let has = |names: &[&str]| {
        seen.fields.iter().find(|field| names.iter().any(|name| Name::new(&field.name).score(name) >= 1.0))
    };
    if let Some(field) = has(&["roughness", "base demand", "minor loss", "demand pattern", "dma id"]) {
        return (Some(NetworkClass::Water), format!("{} belongs to water supply", field.name));
    }
    if let Some(field) = has(&["manning", "invert", "slope", "sys slope", "flowdir"]) {
        return (Some(NetworkClass::Drainage), format!("{} belongs to drainage", field.name));
    }
    if seen.fields.iter().any(|field| field.values.keys().take(5).any(|value| Name::new(value).score("conduit") >= 1.0))
    {
        return (Some(NetworkClass::Drainage), "conduits are drains".to_owned());
    }
    (Some(NetworkClass::Other), "nothing tells what flows in it".to_owned())
}
