//! Sections of SWMM 5 (SWMM 5.2 user's manual, appendix D): nodes with inverts, links with offsets and cross-sections,
//! subcatchments.

use super::text::Line;
use super::{Cells, Inp, Kind, Shape};
use crate::reader::native::row::Value;
use crate::reader::ogr::FieldKind::{Integer, Real, Text};

/// Sections whose second word is an invert.
pub(super) const HEIGHTS: &[&str] = &["JUNC", "OUTF", "STOR", "DIVI"];

/// Sections that say more about a node or link, and which of their words names it.
pub(super) const EXTRAS: &[(&str, usize)] = &[("TAGS", 1), ("XSEC", 0), ("LOSS", 0), ("SUBA", 0), ("INFI", 0)];

pub(super) const KINDS: &[Kind] = &[
    Kind { layer: "junctions", section: "JUNC", fields: NODE, row: node },
    Kind { layer: "outfalls", section: "OUTF", fields: OUTFALL, row: outfall },
    Kind { layer: "storage", section: "STOR", fields: NODE, row: node },
    Kind { layer: "dividers", section: "DIVI", fields: OUTFALL, row: outfall },
    Kind { layer: "conduits", section: "COND", fields: CONDUIT, row: conduit },
    Kind { layer: "pumps", section: "PUMP", fields: LINK, row: pump },
    Kind { layer: "orifices", section: "ORIF", fields: LINK, row: opening },
    Kind { layer: "weirs", section: "WEIR", fields: LINK, row: opening },
    Kind { layer: "outlets", section: "OUTL", fields: LINK, row: outlet },
    Kind { layer: "subcatchments", section: "SUBC", fields: SUBCATCHMENT, row: subcatchment },
];

type Fields = &'static [(&'static str, crate::reader::ogr::FieldKind)];

const NODE: Fields = &[
    ("id", Text),
    ("invert_m", Real),
    ("max_depth_m", Real),
    ("ground_elevation_m", Real),
    ("initial_depth_m", Real),
    ("parameters", Text),
    ("tag", Text),
    ("comment", Text),
];

const OUTFALL: Fields =
    &[("id", Text), ("invert_m", Real), ("type", Text), ("parameters", Text), ("tag", Text), ("comment", Text)];

const CONDUIT: Fields = &[
    ("id", Text),
    ("from_node", Text),
    ("to_node", Text),
    ("length_m", Real),
    ("roughness", Real),
    ("start_invert_m", Real),
    ("end_invert_m", Real),
    ("initial_flow_l_s", Real),
    ("max_flow_l_s", Real),
    ("shape", Text),
    ("diameter_mm", Real),
    ("height_mm", Real),
    ("width_mm", Real),
    ("geometry", Text),
    ("barrels", Integer),
    ("tag", Text),
    ("comment", Text),
];

const LINK: Fields = &[
    ("id", Text),
    ("from_node", Text),
    ("to_node", Text),
    ("type", Text),
    ("start_invert_m", Real),
    ("end_invert_m", Real),
    ("parameters", Text),
    ("shape", Text),
    ("height_mm", Real),
    ("width_mm", Real),
    ("tag", Text),
    ("comment", Text),
];

const SUBCATCHMENT: Fields = &[
    ("id", Text),
    ("rain_gage", Text),
    ("outlet", Text),
    ("area_m2", Real),
    ("impervious_percent", Real),
    ("width_m", Real),
    ("slope_percent", Real),
    ("parameters", Text),
    ("tag", Text),
    ("comment", Text),
];

fn rest(line: &Line<'_>, from: usize, cells: &mut Cells<'_>) {
    let words = line.words.get(from..).unwrap_or_default().join(" ");
    cells.push(Some(words.as_str()).filter(|words| !words.is_empty()));
}

fn close(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>, object: &str) {
    let tag = line.word(0).and_then(|name| {
        inp.notes("TAGS", name)
            .iter()
            .find(|words| words[0].to_uppercase().starts_with(object))
            .map(|words| words[2..].join(" "))
            .filter(|tag| !tag.is_empty())
    });
    cells.push(tag.as_deref());
    cells.push(line.comment);
}

fn node(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    let length = inp.units.length_m;
    cells.text(0);
    let invert = cells.number(1, length, "invert");
    let depth = cells.number(2, length, "maximum depth");
    // A depth of 0 says that the modeller left it to the links: then the ground is not told.
    let ground = invert.zip(depth.filter(|depth| *depth > 0.0)).map(|(invert, depth)| invert + depth);
    cells.push(ground);
    cells.number(3, length, "initial depth");
    rest(line, 4, cells);
    close(inp, line, cells, "NODE");
    Shape::Node { z: invert.unwrap_or(f64::NAN) }
}

fn outfall(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    cells.text(0);
    let invert = cells.number(1, inp.units.length_m, "invert");
    cells.text(2);
    rest(line, 3, cells);
    close(inp, line, cells, "NODE");
    Shape::Node { z: invert.unwrap_or(f64::NAN) }
}

/// Whether offsets are elevations instead of heights above the node's invert.
fn offsets_are_elevations(inp: &Inp) -> bool {
    inp.text.lines("OPTI").any(|line| {
        line.word(0).is_some_and(|word| word.eq_ignore_ascii_case("LINK_OFFSETS"))
            && line.word(1).is_some_and(|word| word.eq_ignore_ascii_case("ELEVATION"))
    })
}

/// Elevation of a link's bottom at a node; an offset that is left out is none.
fn invert_at(inp: &Inp, line: &Line<'_>, node: usize, offset: Option<f64>) -> f64 {
    let invert = inp.elevation(line.word(node).unwrap_or_default());
    match offset {
        None => invert,
        Some(offset) if offsets_are_elevations(inp) => offset * inp.units.length_m,
        Some(offset) => invert + offset * inp.units.length_m,
    }
}

/// Shape, then height and width, mm, of a link's cross-section, and its words.
fn section(inp: &Inp, name: &str) -> (Option<String>, [Option<f64>; 2], Vec<String>) {
    let Some(words) = inp.notes("XSEC", name).last() else { return (None, [None, None], Vec::new()) };
    let size = |index: usize| {
        words.get(index)?.parse::<f64>().ok().filter(|size| *size > 0.0).map(|size| size * inp.units.diameter_mm)
    };
    (words.get(1).cloned(), [size(2), size(3)], words.get(2..).unwrap_or_default().to_vec())
}

fn link_shape(line: &Line<'_>, z: [f64; 2]) -> Shape {
    let node = |index: usize| line.word(index).unwrap_or_default().to_owned();
    Shape::Link { from: node(1), to: node(2), z }
}

fn ends(line: &Line<'_>, cells: &mut Cells<'_>) {
    for index in 0..3 {
        cells.text(index);
    }
    if line.words.len() < 3 {
        cells.problems.push(format!("{}: a link needs a name and two nodes", line.place()));
    }
}

fn conduit(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    let units = inp.units;
    ends(line, cells);
    cells.number(3, units.length_m, "length");
    cells.number(4, 1.0, "roughness");
    let offsets = [cells.peek(5, "inlet offset"), cells.peek(6, "outlet offset")];
    let z = [invert_at(inp, line, 1, offsets[0]), invert_at(inp, line, 2, offsets[1])];
    for z in z {
        cells.push(Some(z).filter(|z| z.is_finite()));
    }
    cells.number(7, units.flow_l_s, "initial flow");
    cells.number(8, units.flow_l_s, "maximum flow");
    let (shape, [height, width], words) = section(inp, line.word(0).unwrap_or_default());
    let is = |names: &[&str]| shape.as_ref().is_some_and(|shape| names.contains(&shape.to_uppercase().as_str()));
    let round = is(&["CIRCULAR", "FORCE_MAIN", "FILLED_CIRCULAR"]);
    // The size of a natural channel stands in its transect.
    let named = is(&["IRREGULAR", "CUSTOM", "STREET"]);
    cells.push(shape.as_deref());
    cells.push(height.filter(|_| round));
    cells.push(height.filter(|_| !named || is(&["CUSTOM"])));
    cells.push(if round { height } else { width.filter(|_| !named) });
    let text = words.join(" ");
    cells.push(Some(text.as_str()).filter(|text| !text.is_empty()));
    let barrels = words.get(4).and_then(|word| word.parse().ok());
    cells.push(barrels.map_or(Value::Null, Value::Integer));
    close(inp, line, cells, "LINK");
    link_shape(line, z)
}

/// What pumps, openings and outlets share: type, inverts, parameters, cross-section.
fn device(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>, kind: Option<&str>, offset: Option<usize>) -> Shape {
    ends(line, cells);
    cells.push(kind);
    let offset = offset.and_then(|index| cells.peek(index, "offset"));
    // It opens at its height in the upstream node and lets out at the downstream node's bottom.
    let z = [invert_at(inp, line, 1, offset), invert_at(inp, line, 2, None)];
    for z in z {
        cells.push(Some(z).filter(|z| z.is_finite()));
    }
    rest(line, 3, cells);
    let (shape, sizes, _) = section(inp, line.word(0).unwrap_or_default());
    cells.push(shape.as_deref());
    for size in sizes {
        cells.push(size);
    }
    close(inp, line, cells, "LINK");
    link_shape(line, z)
}

fn pump(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    device(inp, line, cells, Some("PUMP"), None)
}

fn opening(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    device(inp, line, cells, line.word(3), Some(4))
}

fn outlet(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    device(inp, line, cells, line.word(4), Some(3))
}

fn subcatchment(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    let units = inp.units;
    for index in 0..3 {
        cells.text(index);
    }
    cells.number(3, units.area_m2, "area");
    cells.number(4, 1.0, "impervious share");
    cells.number(5, units.length_m, "width");
    cells.number(6, 1.0, "slope");
    rest(line, 7, cells);
    close(inp, line, cells, "SUBC");
    Shape::Area
}
