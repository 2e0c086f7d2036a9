//! Sections of EPANET 2.0 to 2.3 (EPANET 2.2 user manual, appendix C): junctions, reservoirs, tanks, pipes, pumps, valves.

use super::text::Line;
use super::{Cells, Inp, Kind, Shape};
use crate::reader::ogr::FieldKind::{Real, Text};

/// Sections whose second word is an elevation.
pub(super) const HEIGHTS: &[&str] = &["JUNC", "RESE", "TANK"];

/// Sections that say more about a node or link, and which of their words names it.
pub(super) const EXTRAS: &[(&str, usize)] = &[("TAGS", 1), ("STAT", 0), ("DEMA", 0), ("EMIT", 0), ("QUAL", 0)];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        layer: "junctions",
        section: "JUNC",
        fields: &[
            ("id", Text),
            ("elevation_m", Real),
            ("base_demand_l_s", Real),
            ("pattern", Text),
            ("demand_categories", Text),
            ("emitter_coefficient", Real),
            ("initial_quality", Real),
            ("tag", Text),
            ("comment", Text),
        ],
        row: junction,
    },
    Kind {
        layer: "reservoirs",
        section: "RESE",
        fields: &[("id", Text), ("head_m", Real), ("pattern", Text), ("tag", Text), ("comment", Text)],
        row: reservoir,
    },
    Kind {
        layer: "tanks",
        section: "TANK",
        fields: &[
            ("id", Text),
            ("elevation_m", Real),
            ("initial_level_m", Real),
            ("minimum_level_m", Real),
            ("maximum_level_m", Real),
            ("diameter_m", Real),
            ("minimum_volume_m3", Real),
            ("volume_curve", Text),
            ("overflow", Text),
            ("tag", Text),
            ("comment", Text),
        ],
        row: tank,
    },
    Kind {
        layer: "pipes",
        section: "PIPE",
        fields: &[
            ("id", Text),
            ("from_node", Text),
            ("to_node", Text),
            ("length_m", Real),
            ("diameter_mm", Real),
            ("roughness", Real),
            ("minor_loss", Real),
            ("status", Text),
            ("start_elevation_m", Real),
            ("end_elevation_m", Real),
            ("tag", Text),
            ("comment", Text),
        ],
        row: pipe,
    },
    Kind {
        layer: "pumps",
        section: "PUMP",
        fields: &[
            ("id", Text),
            ("from_node", Text),
            ("to_node", Text),
            ("parameters", Text),
            ("status", Text),
            ("start_elevation_m", Real),
            ("end_elevation_m", Real),
            ("tag", Text),
            ("comment", Text),
        ],
        row: pump,
    },
    Kind {
        layer: "valves",
        section: "VALV",
        fields: &[
            ("id", Text),
            ("from_node", Text),
            ("to_node", Text),
            ("diameter_mm", Real),
            ("type", Text),
            ("setting", Text),
            ("minor_loss", Real),
            ("status", Text),
            ("start_elevation_m", Real),
            ("end_elevation_m", Real),
            ("tag", Text),
            ("comment", Text),
        ],
        row: valve,
    },
];

/// The tag and the comment, which every kind ends with.
fn close(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>, object: &str) {
    let tag = line.word(0).and_then(|name| {
        inp.notes("TAGS", name)
            .iter()
            .find(|words| words[0].eq_ignore_ascii_case(object))
            .map(|words| words[2..].join(" "))
            .filter(|tag| !tag.is_empty())
    });
    cells.push(tag.as_deref());
    cells.push(line.comment);
}

/// A number that another section says of a name, in its words' second place.
fn told(inp: &Inp, section: &'static str, name: &str) -> Option<f64> {
    inp.notes(section, name).last()?.get(1)?.parse().ok()
}

fn junction(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    let units = inp.units;
    let name = line.word(0).unwrap_or_default();
    cells.text(0);
    let z = cells.number(1, units.length_m, "elevation");
    // Demands of their own section take the place of the one beside the elevation.
    let categories = inp.notes("DEMA", name);
    if categories.is_empty() {
        cells.number(2, units.flow_l_s, "demand");
        cells.text(3);
        cells.push(None::<&str>);
    } else {
        let flows: Vec<f64> = categories.iter().filter_map(|words| words.get(1)?.parse().ok()).collect();
        cells.push(Some(flows.iter().sum::<f64>() * units.flow_l_s));
        cells.push(categories[0].get(2).map(String::as_str));
        let words: Vec<String> = categories.iter().map(|words| words[1..].join(" ")).collect();
        cells.push(Some(words.join("; ").as_str()));
    }
    cells.push(told(inp, "EMIT", name));
    cells.push(told(inp, "QUAL", name));
    close(inp, line, cells, "NODE");
    Shape::Node { z: z.unwrap_or(f64::NAN) }
}

fn reservoir(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    cells.text(0);
    let z = cells.number(1, inp.units.length_m, "head");
    cells.text(2);
    close(inp, line, cells, "NODE");
    Shape::Node { z: z.unwrap_or(f64::NAN) }
}

fn tank(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    let length = inp.units.length_m;
    cells.text(0);
    let z = cells.number(1, length, "elevation");
    for (index, what) in [(2, "initial level"), (3, "minimum level"), (4, "maximum level"), (5, "diameter")] {
        cells.number(index, length, what);
    }
    cells.number(6, length.powi(3), "minimum volume");
    cells.text(7);
    cells.text(8);
    close(inp, line, cells, "NODE");
    Shape::Node { z: z.unwrap_or(f64::NAN) }
}

fn ends(line: &Line<'_>, cells: &mut Cells<'_>) {
    for index in 0..3 {
        cells.text(index);
    }
    if line.words.len() < 3 {
        cells.problems.push(format!("{}: a link needs a name and two nodes", line.place()));
    }
}

/// Status, then end elevations, tag and comment, which every link ends with.
fn close_link(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>, status: Option<&str>) -> Shape {
    let name = line.word(0).unwrap_or_default();
    let set = inp.notes("STAT", name).last().and_then(|words| words.get(1)).map(String::as_str);
    cells.push(set.or(status));
    let node = |index: usize| line.word(index).unwrap_or_default().to_owned();
    let (from, to) = (node(1), node(2));
    let z = [inp.elevation(&from), inp.elevation(&to)];
    for z in z {
        cells.push(Some(z).filter(|z| z.is_finite()));
    }
    close(inp, line, cells, "LINK");
    Shape::Link { from, to, z }
}

fn status_in<'l>(line: &'l Line<'_>, index: usize) -> Option<&'l str> {
    line.word(index).filter(|word| ["OPEN", "CLOSED", "CV"].contains(&word.to_uppercase().as_str()))
}

fn pipe(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    ends(line, cells);
    cells.number(3, inp.units.length_m, "length");
    cells.number(4, inp.units.diameter_mm, "diameter");
    cells.number(5, 1.0, "roughness");
    // Older files leave the minor loss out and write the status in its place.
    let found = status_in(line, 6);
    match found {
        Some(_) => cells.push(None::<f64>),
        None => {
            cells.number(6, 1.0, "minor loss");
        }
    }
    close_link(inp, line, cells, found.or_else(|| status_in(line, 7)).or(Some("Open")))
}

fn pump(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    ends(line, cells);
    let parameters = line.words.get(3..).unwrap_or_default().join(" ");
    cells.push(Some(parameters.as_str()).filter(|text| !text.is_empty()));
    close_link(inp, line, cells, Some("Open"))
}

fn valve(inp: &Inp, line: &Line<'_>, cells: &mut Cells<'_>) -> Shape {
    ends(line, cells);
    cells.number(3, inp.units.diameter_mm, "diameter");
    for index in 4..6 {
        cells.text(index);
    }
    cells.number(6, 1.0, "minor loss");
    close_link(inp, line, cells, Some("Active"))
}
