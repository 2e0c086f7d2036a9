//! A manifest drafted from an inspection: every guess with its certainty and reason, nothing silently left out.
//!
//! Guessing is left to the modules beside; here layers are chosen, bound to one another and written down.

mod layer;
mod park;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use spatial_db::model::FeatureKind;
use spatial_db::schema::Role;

use super::{FileLook, InspectError, Inspection, LayerLook, formats};
use crate::reader::{LayerRequest, Limits, ReadError, Reader, ReaderCommand};

use layer::Drafted;

/// How a draft is made.
pub struct DraftOptions {
    /// How to start the reading process.
    pub reader: ReaderCommand,
    /// What the reading process may use.
    pub limits: Limits,
    /// Where the manifest will stand: paths in it are relative to that folder.
    pub out: PathBuf,
    /// Short name of the park.
    pub slug: Option<String>,
    /// Name of the park.
    pub name: Option<String>,
    /// Set to `true` from another thread to stop.
    pub cancel: Option<spatial_db::store::Cancel>,
}

/// A drafted manifest.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// Layers that will be imported: name and role.
    pub layers: Vec<(String, String)>,
    /// Layers that are written but commented out: source and reason.
    pub left_out: Vec<(String, String)>,
    /// What a person should look at: guesses that are unsure.
    pub unsure: Vec<String>,
}

/// Drafts a manifest. Reads the fields that may be keys or hold words of the model to their last row.
///
/// # Errors
/// [`InspectError`] when the reader cannot be used, or on request. A layer that cannot be read whole is commented out.
pub fn draft(inspection: &Inspection, options: &DraftOptions) -> Result<Draft, InspectError> {
    let mut reader = Reader::new(options.reader.clone(), options.cancel.clone()).with_limits(options.limits);
    let place = park::Place::of(inspection, &options.out);
    let mut drafted: Vec<Drafted<'_>> = Vec::new();
    for file in inspection.files.iter().filter(|file| !file.reference) {
        let path = place.path(&file.file);
        if let Some(raster) = &file.raster {
            drafted.push(Drafted::of_raster(file, raster, path.clone()));
        }
        for layer in &file.layers {
            let known: Vec<_> = formats::of(&file.driver, &layer.name).collect();
            let one = || Drafted::of_layer(file, layer, path.clone());
            if known.is_empty() {
                drafted.push(one());
            }
            drafted.extend(known.into_iter().map(|known| one().known_as(known)));
        }
    }
    settle(&mut drafted);
    for one in drafted.iter_mut().filter(|one| one.left_out.is_none()) {
        match one.read_whole(&mut reader) {
            Ok(()) => {}
            Err(ReadError::Cancelled) => return Err(InspectError::Cancelled),
            Err(ReadError::Unusable { program, source }) => return Err(InspectError::Reader { program, source }),
            Err(error) => {
                let (reason, fix) = super::words_of(&one.file.file, error);
                one.left_out = Some(format!("{reason}; {fix}"));
            }
        }
        let _ = reader.close(&one.file.file.to_string_lossy());
    }
    name_all(&mut drafted);
    layer::link_nodes(&mut drafted);
    layer::tell_keys_apart(&mut drafted);
    Ok(write::manifest(inspection, &drafted, &place, options))
}

/// A request for a layer as the manifest will make it.
fn request_of(file: &FileLook, layer: &LayerLook) -> LayerRequest {
    LayerRequest {
        layer: Some(layer.name.clone()),
        encoding: file.encoding.as_ref().map(|guess| guess.value.clone()),
        ..super::request(&file.file)
    }
}

/// What the layers mean beside one another: one terrain, second-rank roles, and something rather than nothing.
fn settle(drafted: &mut [Drafted<'_>]) {
    let has_parcels = drafted
        .iter()
        .any(|one| one.left_out.is_none() && !one.second && one.role == Some(Role::Feature(FeatureKind::Parcel)));
    for one in drafted.iter_mut().filter(|one| one.second && one.left_out.is_none() && has_parcels) {
        one.left_out = Some("land use beside parcels would count the land twice".to_owned());
    }
    let rank = |role: Option<Role>| match role {
        Some(Role::TerrainRaster) => 2,
        Some(Role::TerrainPoints) => 1,
        _ => 0,
    };
    let best = drafted
        .iter()
        .enumerate()
        .filter(|(_, one)| one.left_out.is_none() && rank(one.role) > 0)
        .max_by(|(i, a), (j, b)| {
            rank(a.role).cmp(&rank(b.role)).then(a.confidence.total_cmp(&b.confidence)).then(j.cmp(i))
        })
        .map(|(index, _)| index);
    let chosen = best.map(|index| drafted[index].source.clone());
    for (index, one) in drafted.iter_mut().enumerate() {
        if rank(one.role) > 0 && best.is_some_and(|best| best != index) && one.left_out.is_none() {
            one.left_out =
                Some(format!("a park has one terrain, and {} was taken", chosen.clone().unwrap_or_default()));
        }
    }
    if drafted.iter().all(|one| one.left_out.is_some()) {
        for one in drafted.iter_mut() {
            one.last_resort();
        }
    }
}

/// Gives every layer a name of its own.
fn name_all(drafted: &mut [Drafted<'_>]) {
    let mut taken = BTreeSet::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for one in drafted.iter() {
        *seen.entry(one.name.clone()).or_default() += 1;
    }
    for one in drafted.iter_mut() {
        let stem = one.file.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut name =
            if seen[&one.name] > 1 && stem != one.name { format!("{stem} {}", one.name) } else { one.name.clone() };
        let base = name.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base} {number}");
            number += 1;
        }
        one.name = name;
    }
}

/// A path relative to a folder, with `/` between its parts.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    let rest = path.strip_prefix(folder).ok()?;
    Some(rest.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>().join("/"))
}
