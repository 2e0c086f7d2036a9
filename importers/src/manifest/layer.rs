//! One `[[layer]]` of the manifest. What its words do to rows is left to `stage` and `terrain`.

use std::path::PathBuf;

use spatial_db::schema::{Role, Table};

use super::cell::{CellSpec, column_cell, length_cell};
use super::section::Section;
use super::{ManifestError, length_factor};

/// One source layer and how it maps to the park.
#[derive(Debug, Clone)]
pub struct LayerSpec {
    /// Name, unique in the manifest; kept with every row.
    pub name: String,
    /// What the layer is.
    pub role: Role,
    /// File, relative to the manifest's root.
    pub file: PathBuf,
    /// Layer in the file.
    pub source_layer: Option<String>,
    /// SQL condition on the source's fields.
    pub filter: Option<String>,
    /// Encoding of the source's text.
    pub encoding: Option<String>,
    /// Whether numbers of tables have a decimal comma; found out where the manifest does not say.
    pub decimal_comma: Option<bool>,
    /// CRS of the source, overriding what the file says.
    pub crs: Option<String>,
    /// Which ordinate the source writes first.
    pub axis_order: AxisOrder,
    /// How rows are told apart.
    pub key: KeySpec,
    /// One per column of the role's table, in its order.
    pub columns: Vec<Option<CellSpec>>,
    /// Fields kept beside the columns.
    pub attributes: Attributes,
    /// Point geometry from columns.
    pub point: Option<PointColumns>,
    /// Line geometry from columns: start x, start y, end x, end y.
    pub ends: Option<[String; 4]>,
    /// Field with geometry as well-known text, for CSV.
    pub wkt: Option<String>,
    /// Factor from the source's heights to metres.
    pub z_factor: f64,
    /// Elevations and depths of networks.
    pub network: NetworkSpec,
    /// Wanted spacing of terrain samples, m.
    pub cell_m: Option<f64>,
    /// A source without rows is accepted.
    pub allow_empty: bool,
    /// A source that lost most of its rows is accepted.
    pub allow_shrink: bool,
    /// Line in the manifest, from 1.
    pub line: usize,
}

/// Which ordinate the source writes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AxisOrder {
    /// Easting or longitude first, as GDAL delivers.
    #[default]
    Xy,
    /// Northing or latitude first, as in Chinese survey tables, where X is north.
    NorthFirst,
}

/// How rows are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySpec {
    /// Fields whose values make the key; empty for the row number or feature id.
    pub fields: Vec<String>,
    /// Without fields: the feature id that the file keeps, not the row number.
    pub by_fid: bool,
    /// What stands between them.
    pub join: String,
    /// Text before the key, to keep layers of one table apart.
    pub prefix: String,
}

/// Fields kept beside the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attributes {
    /// All that the manifest does not map.
    All,
    /// None.
    None,
    /// These.
    Only(Vec<String>),
}

/// Fields with the coordinates of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointColumns {
    /// First ordinate: east, or north with `axis_order = "north_first"`.
    pub x: String,
    /// Second ordinate.
    pub y: String,
    /// Elevation.
    pub z: Option<String>,
}

/// Where an elevation can come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZSource {
    /// Z of the geometry.
    Geometry,
    /// Elevation columns.
    Elevation,
    /// The node at that end.
    Node,
    /// Ground minus depth.
    Depth,
}

/// Which part of a pipe recorded elevations and depths mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reference {
    /// The axis.
    #[default]
    Axis,
    /// The inside bottom.
    Invert,
    /// The top.
    Crown,
}

/// Elevations and depths of a network layer.
#[derive(Debug, Clone, Default)]
pub struct NetworkSpec {
    /// Layer of the nodes that `from` and `to` name.
    pub nodes: Option<String>,
    /// Key of the node at the first vertex.
    pub from: Option<CellSpec>,
    /// Key of the node at the last vertex.
    pub to: Option<CellSpec>,
    /// Elevation of a node's fitting, or of a terrain point.
    pub elevation: Option<CellSpec>,
    /// Elevation at the first vertex.
    pub start_elevation: Option<CellSpec>,
    /// Elevation at the last vertex.
    pub end_elevation: Option<CellSpec>,
    /// Depth below ground at the first vertex.
    pub start_depth: Option<CellSpec>,
    /// Depth below ground at the last vertex.
    pub end_depth: Option<CellSpec>,
    /// Sources of Z, first that answers wins.
    pub z_from: Vec<ZSource>,
    /// What recorded elevations and depths mean.
    pub reference: Reference,
    /// Depth taken where nothing else tells, m.
    pub assumed_depth_m: Option<f64>,
}

pub(super) const KEYS: &[&str] = &[
    "name",
    "role",
    "file",
    "layer",
    "filter",
    "encoding",
    "decimal",
    "crs",
    "axis_order",
    "key",
    "fields",
    "attributes",
    "x",
    "y",
    "z",
    "wkt",
    "start_x",
    "start_y",
    "end_x",
    "end_y",
    "z_unit",
    "nodes",
    "from",
    "to",
    "elevation",
    "start_elevation",
    "end_elevation",
    "start_depth",
    "end_depth",
    "z_from",
    "z_reference",
    "assumed_depth_m",
    "cell_m",
    "pixel_m",
    "allow_empty",
    "allow_shrink",
];

const EDGE_KEYS: &[&str] = &[
    "start_x",
    "start_y",
    "end_x",
    "end_y",
    "nodes",
    "from",
    "to",
    "start_elevation",
    "end_elevation",
    "start_depth",
    "end_depth",
    "z_reference",
];

impl LayerSpec {
    pub(super) fn from_section(section: &Section<'_>) -> Result<Self, ManifestError> {
        section.allow(KEYS)?;
        let name =
            section.required_text("name", "every layer has a name of its own, for example `name = \"parcels\"`")?;
        if name.trim().is_empty() {
            return Err(section.bad("name", "the name is empty".to_owned()));
        }
        let role_word = section.required_text("role", "say what the layer is, for example `role = \"parcel\"`")?;
        let words = Role::words();
        let role = Role::parse(&role_word)
            .ok_or_else(|| section.unknown_word("role", &role_word, "role", words.iter().map(String::as_str)))?;
        let file = section.required_text("file", "the file's path, relative to the manifest or to `root`")?;
        if file.starts_with("/vsi") || file.contains("://") {
            return Err(section.bad("file", "only files on this machine are read".to_owned()));
        }
        Self::check_roles(section, role)?;
        let axis_order = match section.text("axis_order")?.as_deref() {
            None | Some("xy") => AxisOrder::Xy,
            Some("north_first") => AxisOrder::NorthFirst,
            Some(word) => return Err(section.unknown_word("axis_order", word, "axis order", ["xy", "north_first"])),
        };
        let z_factor = match section.text("z_unit")? {
            None => 1.0,
            Some(word) => length_factor(&word).ok_or_else(|| {
                section.unknown_word(
                    "z_unit",
                    &word,
                    "unit of length",
                    super::units::words(spatial_db::schema::Unit::Metre),
                )
            })?,
        };
        let attributes = match section.texts("attributes")? {
            None => Attributes::All,
            Some(names) => match names.as_slice() {
                [word] if word == "all" => Attributes::All,
                [word] if word == "none" => Attributes::None,
                _ => Attributes::Only(names),
            },
        };
        let point = match (section.text("x")?, section.text("y")?) {
            (Some(x), Some(y)) => Some(PointColumns { x, y, z: section.text("z")? }),
            (None, None) if section.has("z") => return Err(section.missing("x", "`z` goes with `x` and `y`")),
            (None, None) => None,
            (None, Some(_)) => return Err(section.missing("x", "`y` goes with `x`")),
            (Some(_), None) => return Err(section.missing("y", "`x` goes with `y`")),
        };
        let spacing = |key| match section.number(key)? {
            Some(spacing) if spacing <= 0.0 => Err(section.bad(key, "the spacing is greater than 0".to_owned())),
            spacing => Ok(spacing),
        };
        let cell_m = spacing(if role == Role::Imagery { "pixel_m" } else { "cell_m" })?;
        Ok(Self {
            key: key(section, &name)?,
            columns: columns(section, role)?,
            ends: ends(section)?,
            network: network(section)?,
            name,
            role,
            file: PathBuf::from(file),
            source_layer: section.text("layer")?,
            filter: section.text("filter")?,
            encoding: section.text("encoding")?,
            decimal_comma: decimal_comma(section)?,
            crs: section.text("crs")?,
            axis_order,
            attributes,
            point,
            wkt: section.text("wkt")?,
            z_factor,
            cell_m,
            allow_empty: section.boolean("allow_empty")?.unwrap_or(false),
            allow_shrink: section.boolean("allow_shrink")?.unwrap_or(false),
            line: section.line(),
        })
    }

    /// Keys that mean nothing for the role are an error: they would be ignored in silence.
    fn check_roles(section: &Section<'_>, role: Role) -> Result<(), ManifestError> {
        let edge = matches!(role, Role::NetworkEdge(_));
        let node = matches!(role, Role::NetworkNode(_));
        let terrain = matches!(role, Role::TerrainRaster | Role::TerrainPoints);
        let misplaced = section.keys().find(|key| {
            (EDGE_KEYS.contains(key) && !edge)
                || (["z_from", "assumed_depth_m"].contains(key) && !edge && !node)
                || (*key == "elevation" && !node && role != Role::TerrainPoints)
                || (*key == "cell_m" && !terrain)
                || (*key == "pixel_m" && role != Role::Imagery)
                || (*key == "z_unit" && role == Role::Imagery)
                || (["fields", "attributes"].contains(key) && (terrain || role.is_raster()))
                || (["x", "y", "z", "wkt", "key", "filter", "layer"].contains(key) && role.is_raster())
        });
        match misplaced {
            None => Ok(()),
            Some(key) => Err(section.bad(key, format!("means nothing for the role {role}"))),
        }
    }

    /// The table that the layer's rows end in; `None` for terrain and imagery.
    pub fn table(&self) -> Option<&'static Table> {
        Table::of(self.role.kind())
    }

    /// File, and layer in it, as reports name them.
    pub fn source(&self) -> String {
        match &self.source_layer {
            Some(layer) => format!("{}:{layer}", self.file.display()),
            None => self.file.display().to_string(),
        }
    }
}

fn decimal_comma(section: &Section<'_>) -> Result<Option<bool>, ManifestError> {
    match section.text("decimal")?.as_deref() {
        None => Ok(None),
        Some(",") => Ok(Some(true)),
        Some(".") => Ok(Some(false)),
        Some(word) => Err(section.unknown_word("decimal", word, "decimal mark", [",", "."])),
    }
}

fn key(section: &Section<'_>, layer: &str) -> Result<KeySpec, ManifestError> {
    let by_row = |by_fid| KeySpec { fields: Vec::new(), by_fid, join: "/".to_owned(), prefix: format!("{layer}/") };
    let (fields, join, prefix) = if section.is_table("key") {
        let table = section.section("key", "key")?;
        table.allow(&["field", "fields", "join", "prefix"])?;
        let fields = match (table.text("field")?, table.texts("fields")?) {
            (Some(field), None) => vec![field],
            (None, Some(fields)) => fields,
            _ => return Err(section.bad("key", "say one of `field` and `fields`".to_owned())),
        };
        (fields, table.text("join")?, table.text("prefix")?)
    } else {
        match section.texts("key")? {
            None => return Ok(by_row(false)),
            Some(fields) => (fields, None, None),
        }
    };
    match fields.as_slice() {
        [] => Err(section.bad("key", "the list is empty".to_owned())),
        [word] if word == "@row" || word == "@fid" => {
            let mut spec = by_row(word == "@fid");
            spec.prefix = prefix.unwrap_or(spec.prefix);
            Ok(spec)
        }
        [word] if word.starts_with('@') => Err(section.unknown_word("key", word, "key", ["@row", "@fid"])),
        _ => Ok(KeySpec {
            fields,
            by_fid: false,
            join: join.unwrap_or_else(|| "/".to_owned()),
            prefix: prefix.unwrap_or_default(),
        }),
    }
}

fn columns(section: &Section<'_>, role: Role) -> Result<Vec<Option<CellSpec>>, ManifestError> {
    let Some(table) = Table::of(role.kind()) else { return Ok(Vec::new()) };
    let mut cells: Vec<Option<CellSpec>> = vec![None; table.columns.len()];
    if let Some(fields) = section.optional_section("fields", "[layer.fields]")? {
        for name in fields.keys() {
            let index = table.column_index(name).ok_or_else(|| {
                fields.unknown_word(name, name, "column of this role", table.columns.iter().map(|column| column.name))
            })?;
            cells[index] = Some(column_cell(&fields, table.kind, &table.columns[index])?);
        }
    }
    let class = match role {
        Role::NetworkEdge(class) | Role::NetworkNode(class) => class,
        _ => None,
    };
    for (index, column) in table.columns.iter().enumerate() {
        if column.name == "class" && class.is_some() {
            if cells[index].is_some() {
                return Err(section.bad("fields", format!("the role {role} already says the class")));
            }
            let from = super::CellFrom::Constant(class.map_or("", |class| class.as_str()).to_owned());
            cells[index] = Some(CellSpec { from, ..CellSpec::field("") });
        }
        if column.required && cells[index].is_none() {
            let hint = format!(
                "{} needs `{} = \"FIELD\"` or `{} = {{ value = \"…\" }}` under [layer.fields]: {}",
                role, column.name, column.name, column.doc
            );
            return Err(section.missing(column.name, &hint));
        }
    }
    Ok(cells)
}

fn ends(section: &Section<'_>) -> Result<Option<[String; 4]>, ManifestError> {
    const NAMES: [&str; 4] = ["start_x", "start_y", "end_x", "end_y"];
    if NAMES.iter().all(|name| !section.has(name)) {
        return Ok(None);
    }
    let mut found: [String; 4] = Default::default();
    for (slot, name) in found.iter_mut().zip(NAMES) {
        *slot = section.required_text(name, "lines from columns need start_x, start_y, end_x and end_y")?;
    }
    Ok(Some(found))
}

fn network(section: &Section<'_>) -> Result<NetworkSpec, ManifestError> {
    const SOURCES: [(&str, ZSource); 4] = [
        ("geometry", ZSource::Geometry),
        ("elevation", ZSource::Elevation),
        ("node", ZSource::Node),
        ("depth", ZSource::Depth),
    ];
    let z_from = match section.texts("z_from")? {
        None => SOURCES.iter().map(|(_, source)| *source).collect(),
        Some(words) => words
            .iter()
            .map(|word| {
                SOURCES.iter().find(|(name, _)| name == word).map(|(_, source)| *source).ok_or_else(|| {
                    section.unknown_word("z_from", word, "source of elevations", SOURCES.iter().map(|(name, _)| *name))
                })
            })
            .collect::<Result<Vec<_>, _>>()?,
    };
    let reference = match section.text("z_reference")?.as_deref() {
        None | Some("axis") => Reference::Axis,
        Some("invert") => Reference::Invert,
        Some("crown") => Reference::Crown,
        Some(word) => {
            return Err(section.unknown_word("z_reference", word, "part of a pipe", ["axis", "invert", "crown"]));
        }
    };
    let end = |key: &str| -> Result<Option<CellSpec>, ManifestError> {
        Ok(section.text(key)?.map(|field| CellSpec::field(&field)))
    };
    Ok(NetworkSpec {
        nodes: section.text("nodes")?,
        from: end("from")?,
        to: end("to")?,
        elevation: length_cell(section, "elevation")?,
        start_elevation: length_cell(section, "start_elevation")?,
        end_elevation: length_cell(section, "end_elevation")?,
        start_depth: length_cell(section, "start_depth")?,
        end_depth: length_cell(section, "end_depth")?,
        z_from,
        reference,
        assumed_depth_m: section.number("assumed_depth_m")?,
    })
}

/// Checks what one layer says of another, and carries the nodes' key prefix to `from` and `to`.
pub(super) fn link(layers: &mut [LayerSpec], sections: &[Section<'_>]) -> Result<(), ManifestError> {
    let is_terrain = |layer: &LayerSpec| matches!(layer.role, Role::TerrainRaster | Role::TerrainPoints);
    let terrains: Vec<usize> = layers.iter().enumerate().filter(|(_, l)| is_terrain(l)).map(|(i, _)| i).collect();
    if let [_, second, ..] = terrains.as_slice() {
        return Err(sections[*second].bad("role", "a park has one terrain; there is one already".to_owned()));
    }
    for index in 0..layers.len() {
        let Some(name) = layers[index].network.nodes.clone() else { continue };
        let nodes: Vec<&LayerSpec> = layers.iter().filter(|l| matches!(l.role, Role::NetworkNode(_))).collect();
        let Some(node_layer) = nodes.iter().find(|l| l.name == name) else {
            return Err(sections[index].unknown_word(
                "nodes",
                &name,
                "layer with a network node role",
                nodes.iter().map(|l| l.name.as_str()),
            ));
        };
        let prefix = Some(node_layer.key.prefix.clone()).filter(|prefix| !prefix.is_empty());
        let network = &mut layers[index].network;
        for cell in [&mut network.from, &mut network.to].into_iter().flatten() {
            cell.prefix.clone_from(&prefix);
        }
    }
    for (layer, section) in layers.iter_mut().zip(sections) {
        let Some(table) = layer.table() else { continue };
        for (column, cell) in [("from_key", layer.network.from.clone()), ("to_key", layer.network.to.clone())] {
            let (Some(index), Some(cell)) = (table.column_index(column), cell) else { continue };
            if layer.columns[index].is_some() {
                return Err(section.bad("fields", format!("`from` and `to` already fill {column}")));
            }
            layer.columns[index] = Some(cell);
        }
        if layer.ends.is_some() && layer.point.is_some() {
            return Err(section.bad("x", "a layer has points or lines, not both".to_owned()));
        }
    }
    Ok(())
}
