//! Elements of an XML file as small trees, one member of the city at a time: memory stays that of the largest member.
//!
//! Nothing is fetched and no entity is expanded beyond the five that XML has; nesting and size are bounded.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use crate::reader::protocol::ReadFailure;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;
/// Bytes that one member of the city may take.
const LARGEST_MEMBER: usize = 256 << 20;

/// An element without its prefix: the standards' names are distinct enough, and versions differ in their namespaces.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// A file being read from its start.
pub(super) struct Xml {
    reader: Reader<BufReader<File>>,
    buffer: Vec<u8>,
    /// Bytes of the member being read.
    taken: usize,
}

/// What comes next outside a tree.
pub(super) enum Step {
    Start(Element),
    /// An element that ends where it begins.
    Empty,
    End,
    Done,
}

fn broken(reason: impl std::fmt::Display, at: u64) -> ReadFailure {
    ReadFailure::Broken { row: 0, reason: format!("{reason}, at byte {at}") }
}

impl Xml {
    pub(super) fn open(path: &Path) -> Result<Self, ReadFailure> {
        let io = |error: std::io::Error| ReadFailure::Unreadable { reason: error.to_string(), hint: None };
        let mut input = BufReader::with_capacity(1 << 16, File::open(path).map_err(io)?);
        if input.fill_buf().map_err(io)?.starts_with(&[0xef, 0xbb, 0xbf]) {
            input.seek(SeekFrom::Start(3)).map_err(io)?;
        }
        let mut reader = Reader::from_reader(input);
        reader.config_mut().check_end_names = true;
        Ok(Self { reader, buffer: Vec::new(), taken: 0 })
    }

    fn at(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// The next start or end of an element; text between is passed over.
    pub(super) fn step(&mut self) -> Result<Step, ReadFailure> {
        loop {
            self.buffer.clear();
            let at = self.at();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(error, at))?;
            return Ok(match event {
                Event::Start(start) => Step::Start(element(&start, at)?),
                Event::Empty(_) => Step::Empty,
                Event::End(_) => Step::End,
                Event::Eof => Step::Done,
                _ => continue,
            });
        }
    }

    /// Everything inside an element whose start has been taken. Triangles go to `triangle` with the `gml:id` of the
    /// element around them that has one, and are left out of the tree: a terrain holds millions.
    pub(super) fn inside<E: From<ReadFailure>>(
        &mut self,
        start: Element,
        triangle: &mut dyn FnMut(Element, &str) -> Result<(), E>,
    ) -> Result<Element, E> {
        self.taken = 0;
        let mut open = vec![start];
        loop {
            self.buffer.clear();
            let at = self.at();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(error, at))?;
            self.taken += self.reader.buffer_position().saturating_sub(at) as usize;
            if self.taken > LARGEST_MEMBER {
                return Err(broken("one object is larger than 256 MiB", at).into());
            }
            let Some(top) = open.last_mut() else {
                return Err(broken("the file ends inside an object", at).into());
            };
            match event {
                Event::Start(start) => {
                    if open.len() >= DEEPEST {
                        return Err(broken(format!("elements are nested more than {DEEPEST} deep"), at).into());
                    }
                    open.push(element(&start, at)?);
                }
                Event::Empty(start) => top.children.push(element(&start, at)?),
                Event::Text(text) => {
                    top.text.push_str(&text.xml_content().map_err(|error| broken(error, at))?);
                }
                Event::CData(text) => {
                    top.text.push_str(&text.decode().map_err(|error| broken(error, at))?);
                }
                Event::GeneralRef(entity) => {
                    let name = entity.decode().map_err(|error| broken(error, at))?;
                    let character = entity.resolve_char_ref().map_err(|error| broken(error, at))?;
                    match (character, resolve_predefined_entity(&name)) {
                        (Some(character), _) => top.text.push(character),
                        (None, Some(known)) => top.text.push_str(known),
                        // What a document type declares is never put in: that is how files blow up.
                        (None, None) => top.text.extend(["&", name.as_ref(), ";"]),
                    }
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else { continue };
                    let Some(parent) = open.last_mut() else { return Ok(done) };
                    if done.name == "Triangle" {
                        let around = open.iter().rev().find_map(|element| element.attribute("id")).unwrap_or_default();
                        let around = around.to_owned();
                        self.taken = 0;
                        triangle(done, &around)?;
                    } else {
                        parent.children.push(done);
                    }
                }
                Event::Eof => return Err(broken("the file ends inside an object", at).into()),
                _ => {}
            }
        }
    }
}

fn element(start: &BytesStart<'_>, at: u64) -> Result<Element, ReadFailure> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.map_err(|error| broken(error, at))?;
            let value = attribute.unescape_value().map_err(|error| broken(error, at))?.into_owned();
            Ok((text(attribute.key.local_name().as_ref()), value))
        })
        .collect::<Result<Vec<_>, ReadFailure>>()?;
    Ok(Element { name: text(start.local_name().as_ref()), attributes, ..Element::default() })
}
