//! CityJSON 1.0 to 2.0, and sequences of CityJSON features, as a source of city objects.
//!
//! Objects stand before the vertices that they are made of. Of a document the vertices are held, and of each object where
//! it stands in the file; of a sequence only one feature at a time. Objects are read by `member`, drawn by `draw`.

mod draw;
mod member;
mod nest;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;
mod value;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::rc::Rc;

use super::model::{Source, TakeFound};
use super::srs::{self, Srs};
use crate::reader::geojson::scan::Scanner;
use crate::reader::native::Stop;
use crate::reader::protocol::ReadFailure;
use draw::{Drawing, Templates, Unread, kind_named};
use member::{Feature, Geometry, Object};
use value::Json;

/// Vertices that are held of a document: 24 bytes each.
const MOST_VERTICES: usize = 24_000_000;
/// Objects of a document: where each stands is held.
const MOST_OBJECTS: usize = 4_000_000;
/// Ignored members that are named.
const MOST_NAMED: usize = 8;
/// Number of a kind that is not known yet.
const UNKNOWN: u16 = u16::MAX;

/// Where an object of a document stands.
struct Entry {
    id: Box<str>,
    start: u64,
    length: usize,
    /// Which of the kinds known it is.
    kind: u16,
}

/// An open document or sequence.
pub(super) struct CityJson {
    file: File,
    head: Head,
    vertices: Vec<[f64; 3]>,
    objects: Vec<Entry>,
    /// Objects by their ids.
    by_id: Vec<u32>,
    kinds: Vec<String>,
    /// Where the first feature of a sequence stands.
    features: Option<u64>,
    north_first: bool,
    geographic: bool,
    unread: Unread,
}

/// What stands around the objects of a document or before the features of a sequence.
#[derive(Default)]
struct Head {
    kind: Option<String>,
    version: Option<String>,
    scale: Option<[f64; 3]>,
    translate: Option<[f64; 3]>,
    reference_system: Option<String>,
    /// A corner of the whole, as the metadata have it.
    corner: Option<[f64; 3]>,
    templates: Templates,
    has_appearance: bool,
    ignored: Vec<String>,
}

fn broken(reason: impl std::fmt::Display) -> ReadFailure {
    ReadFailure::Broken { row: 0, reason: reason.to_string() }
}

fn refused(reason: &str, hint: &str) -> ReadFailure {
    ReadFailure::Unreadable { reason: reason.to_owned(), hint: Some(hint.to_owned()) }
}

/// Whether the first bytes of a file are those of CityJSON: an object of its type, or with its objects.
pub(in crate::reader) fn recognise(head: &[u8]) -> bool {
    let mut scanner = Scanner::new(head);
    let mut look = || -> io::Result<bool> {
        scanner.skip_mark()?;
        if !scanner.take(b'{')? {
            return Ok(false);
        }
        loop {
            let Some(name) = scanner.value()?.map(<[u8]>::to_vec) else { return Ok(false) };
            if !scanner.take(b':')? {
                return Ok(false);
            }
            // Where these stand before the type, they need not end within the first bytes.
            if name == b"\"CityObjects\"" || name == b"\"vertices\"" {
                return Ok(true);
            }
            let Some(value) = scanner.value()? else { return Ok(false) };
            if name == b"\"type\"" {
                return Ok(value == b"\"CityJSON\"" || value == b"\"CityJSONFeature\"");
            }
            if !scanner.take(b',')? {
                return Ok(false);
            }
        }
    };
    // What ends in the middle of a value has not said it before.
    look().unwrap_or(false)
}

impl CityJson {
    /// Reads what stands around the objects, and finds them.
    pub(super) fn open(path: &Path) -> Result<Self, ReadFailure> {
        let file =
            File::open(path).map_err(|error| ReadFailure::Unreadable { reason: error.to_string(), hint: None })?;
        let mut city = Self {
            file,
            head: Head::default(),
            vertices: Vec::new(),
            objects: Vec::new(),
            by_id: Vec::new(),
            kinds: Vec::new(),
            features: None,
            north_first: false,
            geographic: false,
            unread: Unread::default(),
        };
        city.scan()?;
        let head = &city.head;
        match head.kind.as_deref() {
            Some("CityJSON") => {}
            Some("CityJSONFeature") => {
                return Err(refused(
                    "it holds CityJSON features without the head that says their coordinate system and scale",
                    "put the line with \"type\": \"CityJSON\" before them, as CityJSONSeq has it",
                ));
            }
            kind => {
                let kind = kind.unwrap_or("nothing");
                return Err(refused(&format!("its type is {kind:?}, not \"CityJSON\""), "fetch the file again"));
            }
        }
        let version = head.version.clone().unwrap_or_default();
        if !["1.", "2."].iter().any(|known| version.starts_with(known)) && !["1", "2"].contains(&version.as_str()) {
            return Err(refused(
                &format!("its version is {version:?}; 1.0, 1.1 and 2.0 are read"),
                "bring it to version 2.0, for example with `cjio FILE upgrade save NEW`",
            ));
        }
        if let Some(index) = transform(&mut city.vertices, &city.head) {
            return Err(broken(format!("vertex {index} is too far away to be a place")));
        }
        let mut by_id: Vec<u32> = (0..city.objects.len() as u32).collect();
        by_id.sort_by(|a, b| city.objects[*a as usize].id.cmp(&city.objects[*b as usize].id));
        city.by_id = by_id;
        Ok(city)
    }

    /// Goes through the document, or the head of a sequence, once.
    fn scan(&mut self) -> Result<(), ReadFailure> {
        let Self { file, head, vertices, objects, features, .. } = self;
        let mut scanner = Scanner::new(&*file);
        let punctuation = |position: u64| broken(format!("it is no well-formed JSON at byte {position}"));
        scanner.skip_mark().map_err(broken)?;
        if !scanner.take(b'{').map_err(broken)? {
            return Err(punctuation(scanner.position()));
        }
        loop {
            if scanner.take(b'}').map_err(broken)? {
                break;
            }
            let name = name(&mut scanner)?;
            match name.as_str() {
                "CityObjects" => each_member(&mut scanner, &mut |id, start, length| {
                    if objects.len() >= MOST_OBJECTS {
                        return Err(too_large(&format!("{MOST_OBJECTS} objects")));
                    }
                    objects.push(Entry { id: id.into(), start, length, kind: UNKNOWN });
                    Ok(())
                })?,
                "vertices" => {
                    each_item(&mut scanner, &mut |index, text| {
                        if vertices.len() >= MOST_VERTICES {
                            return Err(too_large(&format!("{MOST_VERTICES} vertices")));
                        }
                        let vertex = serde_json::from_slice(text)
                            .map_err(|error| broken(format!("vertex {index} is not three numbers: {error}")))?;
                        vertices.push(vertex);
                        Ok(())
                    })?;
                }
                _ => {
                    let Some(text) = scanner.value().map_err(cut)? else { return Err(punctuation(scanner.position())) };
                    head.member(&name, text).map_err(|error| broken(format!("its member {name:?}: {error}")))?;
                }
            }
            if !scanner.take(b',').map_err(broken)? {
                if scanner.take(b'}').map_err(broken)? {
                    break;
                }
                return Err(punctuation(scanner.position()));
            }
        }
        if scanner.peek().map_err(broken)?.is_some() {
            *features = Some(scanner.position());
        }
        Ok(())
    }

    fn drawing<'d>(&'d self, vertices: &'d [[f64; 3]]) -> Drawing<'d> {
        Drawing {
            vertices,
            templates: &self.head.templates,
            north_first: self.north_first,
            geographic: self.geographic,
        }
    }

    fn read(&self, entry: &Entry) -> Result<Object, ReadFailure> {
        let mut text = vec![0; entry.length];
        self.file.read_exact_at(&mut text, entry.start).map_err(broken)?;
        serde_json::from_slice(&text).map_err(|error| broken(format!("object {:?}: {error}", entry.id)))
    }

    fn find(&self, id: &str) -> Result<Option<Rc<Object>>, ReadFailure> {
        let found = self.by_id.binary_search_by(|at| (*self.objects[*at as usize].id).cmp(id));
        let Ok(at) = found else { return Ok(None) };
        self.read(&self.objects[self.by_id[at] as usize]).map(|object| Some(Rc::new(object)))
    }

    /// The objects of a document.
    fn each_object(&self, wanted: &dyn Fn(&str) -> bool, pass: &mut Pass, take: TakeFound<'_>) -> Result<(), Stop> {
        let drawing = self.drawing(&self.vertices);
        for (at, entry) in self.objects.iter().enumerate() {
            let known = pass.kinds.get(usize::from(pass.kind_of[at]));
            if known.is_some_and(|kind| !is_wanted(wanted, kind)) {
                continue;
            }
            let object = self.read(entry)?;
            pass.kind_of[at] = pass.kind(&object.kind);
            if is_wanted(wanted, &object.kind) {
                drawing.hand_over(&entry.id, &object, &|id| self.find(id), &mut pass.unread, take)?;
            }
        }
        Ok(())
    }

    /// The objects of a sequence.
    fn each_feature(
        &self,
        start: u64,
        wanted: &dyn Fn(&str) -> bool,
        pass: &mut Pass,
        take: TakeFound<'_>,
    ) -> Result<(), Stop> {
        let mut input = &self.file;
        input.seek(SeekFrom::Start(start)).map_err(broken)?;
        let mut scanner = Scanner::new(input);
        let mut number = 0_u64;
        loop {
            number += 1;
            let at = start + scanner.position();
            let cut = |error: io::Error| match error.kind() {
                io::ErrorKind::UnexpectedEof => broken(format!("feature {number}, at byte {at}, does not end")),
                _ => broken(format!("feature {number}, at byte {at}: {error}")),
            };
            let Some(text) = scanner.value().map_err(cut)? else { break };
            let bad = |reason: &dyn std::fmt::Display| broken(format!("feature {number}, at byte {at}: {reason}"));
            let feature: Feature = serde_json::from_slice(text).map_err(|error| bad(&error))?;
            if feature.kind != "CityJSONFeature" {
                return Err(bad(&format!("its type is {:?}, not \"CityJSONFeature\"", feature.kind)).into());
            }
            pass.has_appearance |= feature.has_appearance;
            let Feature { objects, mut vertices, .. } = feature;
            if let Some(index) = transform(&mut vertices, &self.head) {
                return Err(bad(&format!("vertex {index} is too far away to be a place")).into());
            }
            let objects: Vec<(String, Rc<Object>)> =
                objects.into_iter().map(|(id, object)| (id, Rc::new(object))).collect();
            let by_id: HashMap<&str, &Rc<Object>> = objects.iter().map(|(id, object)| (id.as_str(), object)).collect();
            let drawing = self.drawing(&vertices);
            for (id, object) in objects.iter().filter(|(_, object)| is_wanted(wanted, &object.kind)) {
                let find = |id: &str| Ok(by_id.get(id).map(|object| Rc::clone(object)));
                drawing.hand_over(id, object, &find, &mut pass.unread, take)?;
            }
        }
        if scanner.peek().map_err(broken)?.is_some() {
            let at = start + scanner.position();
            return Err(broken(format!("something else than a feature stands at byte {at}")).into());
        }
        Ok(())
    }

    /// The first vertex of a sequence.
    fn first_vertex(&self, start: u64) -> Option<[f64; 3]> {
        let mut input = &self.file;
        input.seek(SeekFrom::Start(start)).ok()?;
        let feature: Feature = serde_json::from_slice(Scanner::new(input).value().ok()??).ok()?;
        let mut vertices: Vec<[f64; 3]> = feature.vertices.into_iter().take(1).collect();
        transform(&mut vertices, &self.head);
        vertices.first().copied()
    }
}

/// What is learnt while everything is handed over.
struct Pass {
    kinds: Vec<String>,
    /// Kind of every object of a document.
    kind_of: Vec<u16>,
    unread: Unread,
    has_appearance: bool,
}

impl Pass {
    fn kind(&mut self, kind: &str) -> u16 {
        let known = self.kinds.iter().position(|known| known == kind);
        let at = known.unwrap_or_else(|| {
            // With more kinds than this nobody gains by knowing them.
            if self.kinds.len() < 256 {
                self.kinds.push(kind.to_owned());
                self.kinds.len() - 1
            } else {
                usize::from(UNKNOWN)
            }
        });
        at as u16
    }
}

/// A terrain is wanted by the name of its objects and by that of its triangles.
fn is_wanted(wanted: &dyn Fn(&str) -> bool, kind: &str) -> bool {
    wanted(&kind_named(kind)) || wanted(kind)
}

/// Brings vertices as written to the units of the CRS; says which one gets lost on the way.
fn transform(vertices: &mut [[f64; 3]], head: &Head) -> Option<usize> {
    let (scale, translate) = (head.scale.unwrap_or([1.0; 3]), head.translate.unwrap_or([0.0; 3]));
    for vertex in vertices.iter_mut() {
        for (ordinate, (scale, translate)) in vertex.iter_mut().zip(scale.iter().zip(translate)) {
            *ordinate = *ordinate * scale + translate;
        }
    }
    vertices.iter().position(|vertex| !vertex.iter().all(|ordinate| ordinate.is_finite()))
}

fn too_large(what: &str) -> ReadFailure {
    refused(
        &format!("it holds more than {what}, which is more than is held in memory"),
        "write it as CityJSONSeq, which is read feature by feature (`cjseq cat`), or cut it into tiles",
    )
}

/// What the scanner says of a file that ends in the middle.
fn cut(error: io::Error) -> ReadFailure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => broken("it ends in the middle; the copy is not whole"),
        _ => broken(error),
    }
}

/// The name of the next member, its colon consumed.
fn name(scanner: &mut Scanner<&File>) -> Result<String, ReadFailure> {
    let name = scanner.value().map_err(cut)?.map(serde_json::from_slice::<String>);
    let at = scanner.position();
    match name {
        Some(Ok(name)) if scanner.take(b':').map_err(broken)? => Ok(name),
        _ if scanner.peek().map_err(broken)?.is_none() => Err(cut(io::ErrorKind::UnexpectedEof.into())),
        _ => Err(broken(format!("it is no well-formed JSON at byte {at}"))),
    }
}

/// What a visitor of a part of the file says.
type Visited = Result<(), ReadFailure>;

/// Visits the members of the object that comes next: name, where its value stands and how long it is.
fn each_member(scanner: &mut Scanner<&File>, visit: &mut dyn FnMut(String, u64, usize) -> Visited) -> Visited {
    let bad = |position: u64| broken(format!("its objects are no well-formed JSON at byte {position}"));
    if !scanner.take(b'{').map_err(broken)? {
        return Err(bad(scanner.position()));
    }
    if scanner.take(b'}').map_err(broken)? {
        return Ok(());
    }
    loop {
        let id = name(scanner)?;
        let Some(length) = scanner.value().map_err(cut)?.map(<[u8]>::len) else { return Err(bad(scanner.position())) };
        visit(id, scanner.position() - length as u64, length)?;
        if scanner.take(b',').map_err(broken)? {
            continue;
        }
        return if scanner.take(b'}').map_err(broken)? { Ok(()) } else { Err(bad(scanner.position())) };
    }
}

/// Visits the items of the list that comes next: number from 0, and text.
fn each_item(scanner: &mut Scanner<&File>, visit: &mut dyn FnMut(usize, &[u8]) -> Visited) -> Visited {
    let bad = |position: u64| broken(format!("its vertices are no well-formed JSON at byte {position}"));
    if !scanner.take(b'[').map_err(broken)? {
        return Err(bad(scanner.position()));
    }
    if scanner.take(b']').map_err(broken)? {
        return Ok(());
    }
    for index in 0.. {
        let Some(text) = scanner.value().map_err(cut)? else { return Err(bad(scanner.position())) };
        visit(index, text)?;
        if scanner.take(b',').map_err(broken)? {
            continue;
        }
        return if scanner.take(b']').map_err(broken)? { Ok(()) } else { Err(bad(scanner.position())) };
    }
    Ok(())
}

impl Head {
    fn member(&mut self, name: &str, text: &[u8]) -> serde_json::Result<()> {
        match name {
            "type" => self.kind = serde_json::from_slice(text)?,
            "version" => self.version = serde_json::from_slice::<Json>(text)?.as_text().map(str::to_owned),
            "transform" => {
                let value: Json = serde_json::from_slice(text)?;
                self.scale = value.get("scale").and_then(three);
                self.translate = value.get("translate").and_then(three);
            }
            "metadata" => {
                let value: Json = serde_json::from_slice(text)?;
                self.reference_system = value.get("referenceSystem").and_then(Json::as_text).map(str::to_owned);
                self.corner = value.get("geographicalExtent").and_then(|extent| match extent {
                    Json::List(six) if six.len() == 6 => three(&Json::List(six[..3].to_vec())),
                    _ => None,
                });
            }
            "geometry-templates" => {
                let templates: Option<RawTemplates> = serde_json::from_slice(text)?;
                let RawTemplates { templates, vertices } = templates.unwrap_or_default();
                self.templates = Templates { geometries: templates, vertices };
            }
            "appearance" => self.has_appearance = text.len() > 4,
            "extensions" => {}
            other => self.ignored.push(other.to_owned()),
        }
        Ok(())
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct RawTemplates {
    templates: Vec<Geometry>,
    #[serde(rename = "vertices-templates")]
    vertices: Vec<[f64; 3]>,
}

fn three(value: &Json) -> Option<[f64; 3]> {
    match value {
        Json::List(list) => {
            let numbers: Vec<f64> = list.iter().map(Json::as_number).collect::<Option<_>>()?;
            numbers.try_into().ok()
        }
        _ => None,
    }
}

impl Source for CityJson {
    fn driver(&self) -> &'static str {
        if self.features.is_some() { "CityJSONSeq" } else { "CityJSON" }
    }

    fn is_typed(&self) -> bool {
        true
    }

    fn srs(&mut self) -> Result<Srs, ReadFailure> {
        let first = self.vertices.first().copied().or_else(|| self.features.and_then(|start| self.first_vertex(start)));
        let srs = srs::understand_by_area(self.head.reference_system.as_deref(), first.or(self.head.corner));
        (self.north_first, self.geographic) = (srs.north_first, srs.geographic);
        Ok(srs)
    }

    fn each(&mut self, wanted: &dyn Fn(&str) -> bool, take: TakeFound<'_>) -> Result<(), Stop> {
        let mut pass = Pass {
            kinds: std::mem::take(&mut self.kinds),
            kind_of: self.objects.iter().map(|entry| entry.kind).collect(),
            unread: Unread::default(),
            has_appearance: false,
        };
        let mut outcome = self.each_object(wanted, &mut pass, take);
        if let (Ok(()), Some(start)) = (&outcome, self.features) {
            outcome = self.each_feature(start, wanted, &mut pass, take);
        }
        for (entry, kind) in self.objects.iter_mut().zip(pass.kind_of) {
            entry.kind = kind;
        }
        (self.kinds, self.unread) = (pass.kinds, pass.unread);
        self.head.has_appearance |= pass.has_appearance;
        outcome
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = self.unread.remarks();
        if self.head.scale.is_none() || self.head.translate.is_none() {
            let old = self.head.version.as_deref().is_some_and(|version| version.starts_with("1.0"));
            if !old {
                remarks
                    .push("the model does not say how its vertices are scaled; they were taken as they are".to_owned());
            }
        }
        if self.head.has_appearance {
            remarks.push("appearances (textures, materials) were not read".to_owned());
        }
        if !self.head.ignored.is_empty() {
            let named: Vec<String> =
                self.head.ignored.iter().take(MOST_NAMED).map(|name| format!("{name:?}")).collect();
            remarks.push(format!("what the model as a whole says in {} was not read", named.join(", ")));
        }
        remarks
    }
}
