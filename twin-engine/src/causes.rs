//! Why something failed, in words that a window says in its reader's language.
//!
//! Errors speak English, with all their causes: that text stays with the words, for the log and for whoever looks it up. What commonly
//! reaches a window is translated (`locales/zh/failures.ftl`), with what a person can do about it; anything else is shown in English and
//! marked so (`Text::failure`).

use std::error::Error;
use std::io;
use std::path::Path;

use analysis::emergency::drill::DrillError;
use analysis::emergency::drill_error_words;
use analysis::siting::PitchError;
use analysis::words::Words;
use image::ImageError;
use spatial_db::cluster::ClusterError;
use spatial_db::package::PackageError;
use spatial_db::store::StoreError;

use crate::attribute::ExportError;
use crate::error::EngineError;
use crate::film::FilmError;
use crate::glb::GltfError;

/// An error in words: in English with all its causes; translated where one of them is known.
pub fn in_words(error: &(dyn Error + 'static)) -> Words {
    spoken(known(error), with_causes(error))
}

/// What is known of a failure, with what is said of it in English.
pub fn spoken(known: Option<Words>, english: String) -> Words {
    match known {
        Some(known) => known.in_english(english),
        None => english.into(),
    }
}

/// An error and what lies under it, in English.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

/// The first of an error and its causes that has a translation.
pub fn known(error: &(dyn Error + 'static)) -> Option<Words> {
    let mut next = Some(error);
    while let Some(error) = next {
        let words = of(error);
        if words.is_some() {
            return words;
        }
        next = error.source();
    }
    None
}

/// Why a file was not written, where its path is said already: what lies at the bottom of the error.
pub(crate) fn at_the_bottom(error: &(dyn Error + 'static)) -> Words {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    spoken(known(last).or_else(|| known(error)), last.to_string())
}

fn of(error: &(dyn Error + 'static)) -> Option<Words> {
    if let Some(error) = as_a::<StoreError>(error) {
        return of_store(error);
    }
    if let Some(error) = as_a::<ClusterError>(error) {
        return of_cluster(error);
    }
    if let Some(error) = as_a::<PackageError>(error) {
        return of_package(error);
    }
    if let Some(error) = as_a::<EngineError>(error) {
        return of_engine(error);
    }
    if let Some(error) = as_a::<FilmError>(error) {
        return of_film(error);
    }
    if let Some(error) = as_a::<PitchError>(error) {
        return of_pitch(error);
    }
    if let Some(error) = as_a::<DrillError>(error) {
        return Some(drill_error_words(error));
    }
    // Two that speak as what is in them does, and so hide it among their causes.
    if let Some(error) = as_a::<ExportError>(error) {
        return match error {
            ExportError::Io(source) => known(source),
            ExportError::GeoPackage(source) => known(source),
        };
    }
    if let Some(error) = as_a::<GltfError>(error) {
        return of_gltf(error);
    }
    as_a::<io::Error>(error).and_then(of_io)
}

/// An error of that kind, by itself or in a box: a box counts as the error that it holds, but is not found as one.
fn as_a<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    error.downcast_ref::<T>().or_else(|| error.downcast_ref::<Box<T>>().map(AsRef::as_ref))
}

fn of_store(error: &StoreError) -> Option<Words> {
    Some(match error {
        StoreError::BadUrl { url, .. } => {
            analysis::words!("failure-address", "the database address {url} cannot be read", url = url)
        }
        StoreError::Unreachable { url, .. } => {
            analysis::words!("failure-no-server", "no database server answers at {url}", url = url)
        }
        StoreError::Refused { url, reason, .. } => analysis::words!(
            "failure-refused",
            "the server at {url} refuses the connection: {reason}",
            url = url,
            reason = reason,
        ),
        StoreError::ConnectionLost { .. } => {
            analysis::words!("failure-connection-lost", "the connection to the database was lost")
        }
        StoreError::NoSuchPark { slug, known } if known.is_empty() => {
            analysis::words!("failure-no-park-at-all", "there is no park {slug}; the store has none", slug = slug)
        }
        StoreError::NoSuchPark { slug, known } => analysis::words!(
            "failure-no-park",
            "there is no park {slug}; the store has: {known}",
            slug = slug,
            known = known.join(", "),
        ),
        StoreError::VersionTooOld { what, found, needed } => analysis::words!(
            "failure-server-old",
            "{what} {found} is too old; {needed} or newer is needed",
            what = *what,
            found = found,
            needed = *needed,
        ),
        StoreError::ExtensionMissing { name, .. } => {
            analysis::words!("failure-extension", "the database lacks the extension {name}", name = *name)
        }
        StoreError::SchemaNewer { found, known } => analysis::words!(
            "failure-schema-newer",
            "the database's schema is version {found}, this program knows up to {known}",
            found = i64::from(*found),
            known = i64::from(*known),
        ),
        StoreError::Migration { .. } => {
            analysis::words!("failure-schema-older", "the database could not be brought up to date")
        }
        StoreError::ReadOnly { .. } => analysis::words!("failure-read-only", "the database is read-only"),
        StoreError::DiskFull { .. } => {
            analysis::words!("failure-server-disk-full", "the database server's disk is full")
        }
        StoreError::InsufficientPrivilege { .. } => {
            analysis::words!("failure-privilege", "the database user may not do this")
        }
        StoreError::CasesHidden => {
            analysis::words!("failure-cases-hidden", "the database user may not see cases")
        }
        _ => return None,
    })
}

fn of_cluster(error: &ClusterError) -> Option<Words> {
    Some(match error {
        ClusterError::Io { path, source } => file(path, source),
        ClusterError::NotInstalled { .. } => {
            analysis::words!("failure-no-postgresql", "PostgreSQL is not installed")
        }
        ClusterError::NoPostgis { versions } => analysis::words!(
            "failure-no-postgis",
            "PostgreSQL {versions} is installed without PostGIS",
            versions = versions,
        ),
        ClusterError::Start { log, .. } => analysis::words!(
            "failure-server-start",
            "the database server did not start; {log} says why",
            log = log.display().to_string(),
        ),
        ClusterError::Busy { path } => analysis::words!(
            "failure-server-busy",
            "another program has been starting or stopping the database for ten minutes (it holds {path})",
            path = path.display().to_string(),
        ),
        _ => return None,
    })
}

fn of_package(error: &PackageError) -> Option<Words> {
    Some(match error {
        PackageError::Io { path, source } => file(path, source),
        PackageError::Write { .. } => {
            analysis::words!("failure-package-write", "the file cannot be written; is the disk full?")
        }
        PackageError::NotAPackage { path, .. } => {
            analysis::words!("failure-no-package", "{path} is no park package", path = path.display().to_string())
        }
        PackageError::Newer { path, found, known } => analysis::words!(
            "failure-package-newer",
            "{path} is a package of format {found}, and this program reads up to {known}",
            path = path.display().to_string(),
            found = *found,
            known = *known,
        ),
        PackageError::Damaged { path, .. } => analysis::words!(
            "failure-package-damaged",
            "{path} is damaged or was changed since it was packed",
            path = path.display().to_string(),
        ),
        PackageError::InTheWay { path } => analysis::words!(
            "failure-in-the-way",
            "{path} is there already and is no park package",
            path = path.display().to_string(),
        ),
        // What the database says lies under it.
        _ => return None,
    })
}

fn of_engine(error: &EngineError) -> Option<Words> {
    Some(match error {
        EngineError::SceneOfAnother { .. } => {
            analysis::words!("failure-scene-of-another", "the scene speaks of something that the park does not have")
        }
        EngineError::NoAdapter { .. } => analysis::words!("failure-no-adapter", "no graphics adapter was found"),
        EngineError::PictureSize { width, height, least, most } => analysis::words!(
            "failure-picture-size",
            "a picture of {width}×{height} pixels cannot be drawn; each side must be between {least} and {most}",
            width = i64::from(*width),
            height = i64::from(*height),
            least = i64::from(*least),
            most = i64::from(*most),
        ),
        EngineError::PictureMemory { width, height, megabytes } => analysis::words!(
            "failure-picture-memory",
            "a picture of {width}×{height} pixels takes {megabytes} MB of memory, which are not there; draw it smaller",
            width = i64::from(*width),
            height = i64::from(*height),
            megabytes = i64::try_from(*megabytes).unwrap_or(i64::MAX),
        ),
        EngineError::UnknownOverlay { asked, known } => analysis::words!(
            "failure-no-overlay",
            "there is no overlay {asked} here; there are: {known}",
            asked = asked,
            known = known,
        ),
        EngineError::NothingToDraw { park } => analysis::words!(
            "failure-nothing-to-draw",
            "park {park} has no feature with a position, so there is nothing to draw",
            park = park,
        ),
        EngineError::Pipeline { .. } => {
            analysis::words!("failure-pipeline", "the graphics driver refused a pipeline")
        }
        EngineError::NoPicture { .. } => {
            analysis::words!("failure-no-picture", "the picture did not come back from the graphics device")
        }
        // A picture's error hides the system's among its causes.
        EngineError::WritePicture { path, source: ImageError::IoError(source) } => file(path, source),
        EngineError::WritePicture { path, .. } => unusable(path),
        _ => return None,
    })
}

fn of_pitch(error: &PitchError) -> Option<Words> {
    Some(match error {
        PitchError::Unreadable { line, source } => analysis::words!(
            "failure-pitch-unreadable",
            "line {line}: this is no pitch: {reason}",
            line = *line,
            reason = source.to_string(),
        ),
        PitchError::Thousands { line, figure } => analysis::words!(
            "failure-pitch-thousands",
            "line {line}: a figure has no signs between its thousands: {plain} is written, not {figure}",
            line = *line,
            plain = figure.replace(',', ""),
            figure = figure,
        ),
        PitchError::FormatVersion { line, found } => analysis::words!(
            "failure-pitch-version",
            "line {line}: the pitch has format version {found}; this version reads 1",
            line = *line,
            found = i64::from(*found),
        ),
        PitchError::NoNeeds => {
            analysis::words!("failure-pitch-no-needs", "the pitch has no needs: what does the prospect ask for?")
        }
        // Which figure, and what it must be, are words of the format.
        PitchError::Need { line, number, what, value, must } => analysis::words!(
            "failure-pitch-need",
            "line {line}: need {number} cannot be met by anything: {what} is {value}; it must be {must}",
            line = *line,
            number = *number,
            what = *what,
            value = value,
            must = *must,
        ),
        PitchError::Figure { what, value, must } => analysis::words!(
            "failure-pitch-figure",
            "{what} is {value}; it must be {must}",
            what = *what,
            value = value,
            must = *must,
        ),
        PitchError::OtherPark { wanted, found } => analysis::words!(
            "failure-pitch-park",
            "the pitch is for the park {wanted}, not for {found}",
            wanted = wanted,
            found = found,
        ),
        _ => return None,
    })
}

fn of_film(error: &FilmError) -> Option<Words> {
    Some(match error {
        FilmError::SceneOfAnother { stop, .. } => analysis::words!(
            "failure-stop-of-another",
            "stop {stop} of the tour speaks of something that the park does not have",
            stop = stop,
        ),
        FilmError::Size { width, height, fps } => analysis::words!(
            "failure-film-size",
            "a film of {width}×{height} px and {fps} pictures a second is not possible",
            width = i64::from(*width),
            height = i64::from(*height),
            fps = i64::from(*fps),
        ),
        FilmError::Encode { .. } => analysis::words!("failure-film-encode", "the film could not be encoded"),
        FilmError::Write { path, .. } => analysis::words!(
            "failure-film-write",
            "the film could not be written to {path}",
            path = path.display().to_string(),
        ),
        // The process spoke the language of the film.
        FilmError::Process { said: Some(said), .. } => analysis::words!("failure-said", "{said}", said = said),
        FilmError::Process { said: None, .. } => {
            analysis::words!("failure-film-process", "the process that films broke off or cannot be started")
        }
        FilmError::NoFrames => analysis::words!("failure-no-frames", "the tour has nothing to show"),
        // What could not be drawn lies under it; who gave a film up knows it.
        FilmError::Draw(_) | FilmError::Cancelled => return None,
    })
}

fn of_gltf(error: &GltfError) -> Option<Words> {
    Some(match error {
        GltfError::Nothing => {
            analysis::words!("failure-gltf-nothing", "nothing of what was chosen has a shape in space")
        }
        GltfError::Draw(source) => return known(source),
        GltfError::TooLarge { .. } => {
            analysis::words!("failure-gltf-large", "what was chosen is more than a .glb file holds")
        }
        GltfError::Io { path, source } => file(path, source),
        _ => return None,
    })
}

/// What the system says of a file, by its kind.
fn of_io(error: &io::Error) -> Option<Words> {
    // Something of ours may be in it.
    if let Some(inner) = error.get_ref()
        && let Some(words) = known(inner)
    {
        return Some(words);
    }
    Some(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            analysis::words!("failure-no-space", "no space is left on the disk")
        }
        io::ErrorKind::PermissionDenied => analysis::words!("failure-no-permission", "permission is denied"),
        io::ErrorKind::NotFound => analysis::words!("failure-not-found", "there is no such file or folder"),
        io::ErrorKind::ReadOnlyFilesystem => {
            analysis::words!("failure-disk-read-only", "the disk is read-only")
        }
        io::ErrorKind::NotADirectory => analysis::words!("failure-no-folder", "a folder on the way to it is a file"),
        io::ErrorKind::IsADirectory => analysis::words!("failure-is-folder", "a folder has that name"),
        _ => return None,
    })
}

fn file(path: &Path, error: &io::Error) -> Words {
    let Some(why) = of_io(error) else { return unusable(path) };
    let path = path.display().to_string();
    analysis::words!("failure-file", "{path} cannot be used: {why}", path = path, why = why)
}

fn unusable(path: &Path) -> Words {
    analysis::words!("failure-file-unusable", "{path} cannot be used", path = path.display().to_string())
}

#[cfg(test)]
mod tests;
