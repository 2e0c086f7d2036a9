//! A CityGML file as a source of city objects: only one member is in memory at a time. Reading members is left to `gml`.

use std::path::{Path, PathBuf};

use super::codelists::Codelists;
use super::gml::{self, Axes, Gml, Unread};
use super::model::{Found, Source, TakeFound};
use super::srs::{self, Srs};
use super::xml::{Element, Step, Xml};
use crate::reader::native::Stop;
use crate::reader::protocol::ReadFailure;

/// A CityGML file.
pub(super) struct CityGml {
    path: PathBuf,
    axes: Axes,
    lists: Codelists,
    unread: Unread,
}

impl CityGml {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), axes: Axes::default(), lists: Codelists::beside(path), unread: Unread::default() }
    }

    /// The CRS that the first envelope or geometry names.
    fn find_srs(&self) -> Result<Srs, ReadFailure> {
        let mut xml = Xml::open(&self.path)?;
        let mut named: Option<String> = None;
        loop {
            match xml.step()? {
                Step::Start(start) => {
                    named = named.or_else(|| start.attribute("srsName").map(str::to_owned));
                    if start.name == "Envelope" {
                        let envelope = xml.inside::<ReadFailure>(start, &mut |_, _| Ok(()))?;
                        let corner = gml::positions(&envelope, Axes::default()).and_then(|line| line.first().copied());
                        return Ok(srs::understand(named.as_deref(), corner));
                    }
                    if named.is_some() {
                        return Ok(srs::understand(named.as_deref(), None));
                    }
                }
                Step::Done => return Ok(srs::understand(None, None)),
                Step::Empty | Step::End => {}
            }
        }
    }
}

impl Source for CityGml {
    fn driver(&self) -> &'static str {
        "CityGML"
    }

    fn is_typed(&self) -> bool {
        false
    }

    fn srs(&mut self) -> Result<Srs, ReadFailure> {
        let srs = self.find_srs()?;
        self.axes.north_first = srs.north_first;
        Ok(srs)
    }

    fn each(&mut self, _: &dyn Fn(&str) -> bool, take: TakeFound<'_>) -> Result<(), Stop> {
        let mut xml = Xml::open(&self.path)?;
        let mut gml = Gml { axes: self.axes, lists: &mut self.lists, unread: Unread::default() };
        // Whether the elements above are the model or one of its lists of members.
        let mut above: Vec<bool> = Vec::new();
        loop {
            match xml.step()? {
                Step::Start(start) => match start.name.as_str() {
                    "CityModel" | "cityObjectMember" | "featureMember" | "featureMembers" => above.push(true),
                    _ if above.last() == Some(&true) && above.len() >= 2 => {
                        let axes = gml.axes;
                        let member = xml.inside(start, &mut |triangle: Element, relief: &str| {
                            let ring = triangle.child("exterior").and_then(|ring| gml::positions(ring, axes));
                            take(Found::Triangle(ring.unwrap_or_default(), relief.to_owned()))
                        })?;
                        for object in gml.objects(&member) {
                            take(Found::Object(Box::new(object)))?;
                        }
                    }
                    "appearanceMember" => {
                        gml.unread.appearances += 1;
                        above.push(false);
                    }
                    _ => above.push(false),
                },
                Step::Empty => {}
                Step::End => {
                    above.pop();
                }
                Step::Done => {
                    self.unread = gml.unread;
                    return Ok(());
                }
            }
        }
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.unread.appearances > 0 {
            remarks.push(format!("{} appearances (textures, materials) were not read", self.unread.appearances));
        }
        if self.unread.references > 0 {
            let references = self.unread.references;
            remarks.push(format!("{references} references to surfaces of other objects were not followed"));
        }
        let missing = self.lists.missing();
        if !missing.is_empty() {
            let names = missing.join(", ");
            remarks.push(format!("codes are not in words: these lists are in no folder `codelists`: {names}"));
        }
        remarks
    }
}
