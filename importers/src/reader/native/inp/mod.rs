//! Input files of EPANET and SWMM: nodes, links and subcatchments as layers, in metres whatever the file's units.
//!
//! Rows are numbered by the file's lines. Coordinates are in whatever system the modeller worked in: the manifest says
//! which. Meaning of the sections is left to `epanet` and `swmm`.

mod epanet;
mod swmm;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, HashMap};

use super::row::{Field, Layer, Row, Value};
use super::{Native, Stop, Take, wkb};
use crate::reader::ogr::FieldKind;
use text::{InpText, Line};

/// Longest file that is read, bytes: a model of a million pipes takes a tenth.
pub(super) const LONGEST: u64 = 1 << 30;
/// Longest name that EPANET itself keeps.
const LONGEST_ID: usize = 31;

/// Which program's file it is, by its sections; `None` for a text that is neither's.
pub(super) fn recognise(head: &str) -> bool {
    head.lines().any(|line| {
        let line = line.trim();
        line.starts_with('[')
            && ["TITL", "JUNC", "OPTI", "PIPE", "COND", "RAIN", "SUBC", "RESE", "OUTF"]
                .contains(&text::section_key(line.trim_start_matches('[')).as_str())
    })
}

/// How a layer is made from a section.
struct Kind {
    layer: &'static str,
    /// Key of its section.
    section: &'static str,
    fields: &'static [(&'static str, FieldKind)],
    row: fn(&Inp, &Line<'_>, &mut Cells<'_>) -> Shape,
}

/// What a line draws.
enum Shape {
    /// A node at its coordinates and this elevation.
    Node { z: f64 },
    /// A link between two nodes, with the elevations of its ends.
    Link { from: String, to: String, z: [f64; 2] },
    /// The polygon of a subcatchment.
    Area,
}

/// Units of a file, as factors.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Units {
    /// Metres in a unit of length.
    length_m: f64,
    /// Millimetres in a unit of diameter (EPANET: inches or millimetres; SWMM: as lengths).
    diameter_mm: f64,
    /// Litres per second in a unit of flow.
    flow_l_s: f64,
    /// Square metres in a unit of area.
    area_m2: f64,
}

/// A foot of both programs, m.
const FOOT_M: f64 = 0.3048;
const INCH_MM: f64 = 25.4;
const ACRE_M2: f64 = 4_046.856_422_4;

/// Units by the word for flow; `None` for a word of neither program.
fn units(flow: &str) -> Option<Units> {
    // Litres per second: foot³, US gallon and Imperial gallon by definition.
    let (flow_l_s, us) = match flow.to_uppercase().as_str() {
        "CFS" => (28.316_846_592, true),
        "GPM" => (3.785_411_784 / 60.0, true),
        "MGD" => (3.785_411_784e6 / 86_400.0, true),
        "IMGD" => (4.546_09e6 / 86_400.0, true),
        "AFD" => (43_560.0 * 28.316_846_592 / 86_400.0, true),
        "LPS" => (1.0, false),
        "LPM" => (1.0 / 60.0, false),
        "MLD" => (1.0e6 / 86_400.0, false),
        "CMH" => (1.0e3 / 3_600.0, false),
        "CMD" => (1.0e3 / 86_400.0, false),
        "CMS" => (1.0e3, false),
        _ => return None,
    };
    Some(if us {
        Units { length_m: FOOT_M, diameter_mm: INCH_MM, flow_l_s, area_m2: ACRE_M2 }
    } else {
        Units { length_m: 1.0, diameter_mm: 1.0, flow_l_s, area_m2: 10_000.0 }
    })
}

/// An open `.inp` file.
pub(super) struct Inp {
    text: InpText,
    encoding: Option<String>,
    swmm: bool,
    units: Units,
    kinds: &'static [Kind],
    layers: Vec<Layer>,
    /// Places of nodes, in the file's own system.
    places: HashMap<String, [f64; 2]>,
    /// Elevations of nodes, m: junction elevations, reservoir heads, inverts.
    elevations: HashMap<String, f64>,
    /// Inner vertices of links and corners of subcatchments.
    courses: HashMap<String, Vec<[f64; 2]>>,
    polygons: HashMap<String, Vec<[f64; 2]>>,
    /// Lines of other sections that say more about a node or link: section key and name, then the words after the name.
    notes: HashMap<(&'static str, String), Vec<Vec<String>>>,
    /// What is wrong, by section key.
    problems: BTreeMap<String, Vec<String>>,
    /// What to say of the file as a whole.
    remarks: Vec<String>,
}

/// Reads the cells of one line into the fields of a row.
struct Cells<'c> {
    line: &'c Line<'c>,
    values: Vec<Value>,
    problems: &'c mut Vec<String>,
}

impl Cells<'_> {
    fn push(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
    }

    /// The word of a cell as it stands.
    fn text(&mut self, index: usize) {
        let word = self.line.word(index).map_or(Value::Null, Value::from);
        self.values.push(word);
    }

    /// A cell that should be a number, times a factor.
    fn number(&mut self, index: usize, factor: f64, what: &str) -> Option<f64> {
        let value = self.peek(index, what).map(|value| value * factor);
        self.push(value);
        value
    }

    /// A cell that should be a number; what is none is a problem.
    fn peek(&mut self, index: usize, what: &str) -> Option<f64> {
        let word = self.line.word(index)?;
        match word.parse::<f64>() {
            Ok(value) if value.is_finite() => Some(value),
            _ => {
                self.problems.push(format!("{}: the {what} {word:?} is not a number", self.line.place()));
                None
            }
        }
    }
}

fn pair(x: Option<&str>, y: Option<&str>) -> Option<[f64; 2]> {
    let (x, y): (f64, f64) = (x?.parse().ok()?, y?.parse().ok()?);
    (x.is_finite() && y.is_finite()).then_some([x, y])
}

impl Inp {
    /// Reads a file that is one of the two programs'.
    pub(super) fn new(text: String, encoding: Option<String>) -> Self {
        let text = InpText::new(text);
        // Both have junctions and pumps; these are SWMM's alone.
        let swmm = ["COND", "SUBC", "OUTF", "XSEC", "RAIN", "INFI"].iter().any(|key| text.has(key))
            && !text.has("PIPE")
            && !text.has("RESE");
        let mut inp = Self {
            text: InpText::default(),
            encoding,
            swmm,
            units: Units { length_m: FOOT_M, diameter_mm: INCH_MM, flow_l_s: 1.0, area_m2: ACRE_M2 },
            kinds: if swmm { swmm::KINDS } else { epanet::KINDS },
            layers: Vec::new(),
            places: HashMap::new(),
            elevations: HashMap::new(),
            courses: HashMap::new(),
            polygons: HashMap::new(),
            notes: HashMap::new(),
            problems: BTreeMap::new(),
            remarks: Vec::new(),
        };
        inp.take_units(&text);
        inp.take_places(&text);
        let (heights, extras) = if swmm { (swmm::HEIGHTS, swmm::EXTRAS) } else { (epanet::HEIGHTS, epanet::EXTRAS) };
        for section in heights {
            for line in text.lines(section) {
                // What is no number is reported with the node's own row.
                if let (Some(name), Some(Ok(z))) = (line.word(0), line.word(1).map(str::parse::<f64>)) {
                    inp.elevations.insert(name.to_owned(), z * inp.units.length_m);
                }
            }
        }
        for (section, named_at) in extras {
            for line in text.lines(section) {
                let Some(name) = line.word(*named_at) else { continue };
                let words = line.words.iter().map(|word| (*word).to_owned()).collect();
                inp.notes.entry((section, name.to_owned())).or_default().push(words);
            }
        }
        inp.layers = inp
            .kinds
            .iter()
            .filter(|kind| text.count(kind.section) > 0)
            .map(|kind| Layer {
                name: kind.layer.to_owned(),
                fields: kind
                    .fields
                    .iter()
                    .map(|(name, kind)| Field { name: (*name).to_owned(), kind: *kind })
                    .collect(),
                count: text.count(kind.section),
                has_geometry: true,
                ..Layer::default()
            })
            .collect();
        inp.remark_on_the_rest(&text);
        inp.text = text;
        inp
    }

    fn take_units(&mut self, text: &InpText) {
        let (option, default) = if self.swmm { ("FLOW_UNITS", "CFS") } else { ("UNITS", "GPM") };
        let told = text
            .lines("OPTI")
            .find(|line| line.word(0).is_some_and(|word| word.eq_ignore_ascii_case(option)))
            .and_then(|line| Some((line.word(1)?.to_owned(), line.place())));
        let mut named = default.to_owned();
        if let Some((word, place)) = told {
            if units(&word).is_some() {
                named = word;
            } else {
                self.remarks.push(format!("{place}: {word:?} is no unit of flow; {default} was assumed"));
            }
        } else {
            self.remarks.push(format!("the file does not say its units; {default} with feet was assumed"));
        }
        if let Some(found) = units(&named) {
            self.units = found;
        }
        if self.swmm {
            self.units.diameter_mm = self.units.length_m * 1000.0;
        }
    }

    fn take_places(&mut self, text: &InpText) {
        let mut bad = Vec::new();
        for line in text.lines("COOR") {
            match (line.word(0), pair(line.word(1), line.word(2))) {
                (Some(name), Some(at)) => {
                    self.places.insert(name.to_owned(), at);
                }
                _ => bad.push(format!("{}: two numbers should follow the name", line.place())),
            }
        }
        for (section, into) in [("VERT", &mut self.courses), ("POLY", &mut self.polygons)] {
            for line in text.lines(section) {
                match (line.word(0), pair(line.word(1), line.word(2))) {
                    (Some(name), Some(at)) => into.entry(name.to_owned()).or_default().push(at),
                    _ => bad.push(format!("{}: two numbers should follow the name", line.place())),
                }
            }
        }
        self.remarks.append(&mut bad);
    }

    /// Sections that are no features, which a person should know of.
    fn remark_on_the_rest(&mut self, text: &InpText) {
        let mut used: Vec<&str> = self.kinds.iter().map(|kind| kind.section).collect();
        used.extend(["TITL", "OPTI", "COOR", "VERT", "POLY", "END", "MAP"]);
        used.extend(if self.swmm { swmm::EXTRAS } else { epanet::EXTRAS }.iter().map(|(section, _)| *section));
        let rest: Vec<String> = text
            .sections()
            .into_iter()
            .filter(|(key, _, _)| !used.contains(key))
            .map(|(_, name, count)| format!("[{name}] {count}"))
            .collect();
        if !rest.is_empty() {
            self.remarks.push(format!("sections without features were not read (lines): {}", rest.join(", ")));
        }
        if let Some(name) = self.places.keys().find(|name| name.len() > LONGEST_ID) {
            self.remarks.push(format!("names such as {name:?} are longer than EPANET's {LONGEST_ID} characters"));
        }
    }

    /// What a map knows of a name, which some programs cut to EPANET's length in one section and not in another.
    fn lookup<'m, T>(map: &'m HashMap<String, T>, name: &str) -> Option<&'m T> {
        let cut = || name.char_indices().nth(LONGEST_ID).map(|(end, _)| &name[..end]);
        map.get(name).or_else(|| map.get(cut()?))
    }

    /// Words of another section about a node or link.
    fn notes(&self, section: &'static str, name: &str) -> &[Vec<String>] {
        self.notes.get(&(section, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    fn elevation(&self, name: &str) -> f64 {
        Self::lookup(&self.elevations, name).copied().unwrap_or(f64::NAN)
    }

    /// Between a link's nodes, as it is drawn by the programs themselves.
    fn middle(&self, from: &str, to: &str, z: [f64; 2]) -> Option<[f64; 3]> {
        let (a, b) = (Self::lookup(&self.places, from)?, Self::lookup(&self.places, to)?);
        Some([f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1]), f64::midpoint(z[0], z[1])])
    }

    fn draw(&self, line: &Line<'_>, shape: &Shape) -> Result<Vec<u8>, String> {
        let name = line.word(0).unwrap_or_default();
        let place = |node: &str| {
            Self::lookup(&self.places, node)
                .copied()
                .ok_or_else(|| format!("{}: node {node:?} has no line in [COORDINATES]", line.place()))
        };
        match shape {
            Shape::Node { z } => {
                let [x, y] = place(name)?;
                Ok(wkb::point([x, y, *z]))
            }
            Shape::Link { from, to, z } => {
                let mut course = vec![place(from)?];
                course.extend(Self::lookup(&self.courses, name).into_iter().flatten().copied());
                course.push(place(to)?);
                Ok(wkb::line(&with_heights(&course, *z)))
            }
            Shape::Area => {
                let corners = Self::lookup(&self.polygons, name).filter(|corners| corners.len() >= 3);
                let corners =
                    corners.ok_or_else(|| format!("{}: {name:?} has no three corners in [POLYGONS]", line.place()))?;
                let ring = corners.iter().map(|[x, y]| [*x, *y, f64::NAN]).collect();
                Ok(wkb::polygons(&[vec![ring]]))
            }
        }
    }
}

/// Heights along a course, linear in its length.
fn with_heights(course: &[[f64; 2]], [start, end]: [f64; 2]) -> Vec<[f64; 3]> {
    let step = |index: usize| match index {
        0 => 0.0,
        _ => (course[index][0] - course[index - 1][0]).hypot(course[index][1] - course[index - 1][1]),
    };
    let total: f64 = (0..course.len()).map(step).sum();
    let mut along = 0.0;
    let last = course.len() - 1;
    course
        .iter()
        .enumerate()
        .map(|(index, [x, y])| {
            along += step(index);
            let share = if total > 0.0 { along / total } else { index as f64 / last.max(1) as f64 };
            let z = if index == last { end } else { start + (end - start) * share };
            [*x, *y, z]
        })
        .collect()
}

impl Native for Inp {
    fn driver(&self) -> &'static str {
        if self.swmm { "SWMM" } else { "EPANET" }
    }

    fn layers(&self) -> &[Layer] {
        &self.layers
    }

    fn encoding(&self) -> Option<String> {
        self.encoding.clone()
    }

    fn rows(&mut self, layer: usize, take: Take<'_>) -> Result<(), Stop> {
        let name = &self.layers[layer].name;
        let Some(kind) = self.kinds.iter().find(|kind| kind.layer == *name) else { return Ok(()) };
        let mut problems = Vec::new();
        for line in self.text.lines(kind.section) {
            let mut cells =
                Cells { line: &line, values: Vec::with_capacity(kind.fields.len()), problems: &mut problems };
            let shape = (kind.row)(self, &line, &mut cells);
            let values = cells.values;
            let (wkb, missing) = match self.draw(&line, &shape) {
                Ok(wkb) => (wkb, None),
                Err(reason) => (Vec::new(), Some(reason)),
            };
            let anchor = match &shape {
                Shape::Link { from, to, z } => self.middle(from, to, *z),
                _ => None,
            };
            take(Row { number: i64::from(line.number), values, wkb, anchor, missing })?;
        }
        self.problems.insert(kind.section.to_owned(), problems);
        Ok(())
    }

    fn warnings(&self, layer: usize) -> Vec<String> {
        let name = &self.layers[layer].name;
        let section = self.kinds.iter().find(|kind| kind.layer == *name).map_or("", |kind| kind.section);
        let own = self.problems.get(section).cloned().unwrap_or_default();
        // Said once, with the first layer.
        let whole = if layer == 0 { self.remarks.clone() } else { Vec::new() };
        whole.into_iter().chain(own).collect()
    }
}
