//! Scenes and tours: from files, from the views kept in the window, and from the packages that carry them.

use std::path::{Path, PathBuf};

use spatial_db::package::{Package, SceneKind, SceneText};
use twin_engine::{Offered, OfferedKind, SceneFile, Stop, Tour};

use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::origin::Origin;

/// The scene in a file, or of that name in the package that is shown.
pub(crate) fn scene(origin: Origin<'_>, named: &Path) -> Result<SceneFile, Failure> {
    let (text, path) = text(origin, named, SceneKind::Scene)?;
    SceneFile::parse(&text).map_err(|source| Failure::Scene { path, source })
}

/// The tour in a file, or of that name in the package that is shown; without a name the views kept in the window, else those
/// that the package carries.
pub(crate) fn tour(origin: Origin<'_>, named: Option<&Path>) -> Result<Tour, Failure> {
    let (text, path) = match named {
        Some(named) => text(origin, named, SceneKind::Tour)?,
        None => kept(origin)?,
    };
    Tour::parse(&text).map_err(|source| Failure::Scene { path, source })
}

/// The text of a file; where there is none, that of a package's scene of this name. With what a complaint is to name.
fn text(origin: Origin<'_>, named: &Path, kind: SceneKind) -> Result<(String, PathBuf), Failure> {
    if let Origin::Package(package) = origin
        && !named.exists()
        && named.as_os_str() != "-"
    {
        let name = named.to_string_lossy();
        let fits = |scene: &SceneText| {
            scene.name == name && (scene.kind == kind || (kind, scene.kind) == (SceneKind::Tour, SceneKind::Bookmarks))
        };
        if let Some(scene) = Package::open(package)?.scenes()?.into_iter().find(fits) {
            return Ok((scene.text, package.join(scene.name)));
        }
    }
    let text = if named.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(named)
    };
    let text = text.map_err(|source| Failure::SceneFile { path: named.to_owned(), source })?;
    Ok((text, named.to_owned()))
}

/// The views kept in the window, else those of the package, else its first tour.
fn kept(origin: Origin<'_>) -> Result<(String, PathBuf), Failure> {
    let (slug, packed) = match origin {
        Origin::Store(slug) => (slug.to_owned(), Vec::new()),
        Origin::Package(path) => {
            let package = Package::open(path)?;
            let mut scenes = package.scenes()?;
            scenes.retain(|scene| scene.kind != SceneKind::Scene);
            scenes.sort_by_key(|scene| scene.kind);
            (package.header().park.slug.clone(), scenes)
        }
    };
    let path = bookmarks_of(&slug)?;
    match (std::fs::read_to_string(&path), packed.into_iter().next(), origin) {
        (Ok(text), ..) => Ok((text, path)),
        (Err(_), Some(scene), Origin::Package(package)) => Ok((scene.text, package.join(scene.name))),
        (Err(source), ..) if source.kind() != std::io::ErrorKind::NotFound => Err(Failure::SceneFile { path, source }),
        _ => Err(Failure::NoBookmarks { park: slug, path }),
    }
}

/// Where the window keeps the views of a park.
pub(crate) fn bookmarks_of(slug: &str) -> Result<PathBuf, Failure> {
    Ok(data_dir()?.join("bookmarks").join(format!("{slug}.tour.ron")))
}

/// What a package of a park is to carry: these files, and the views kept in the window where there are any. Only what can be
/// shown goes in.
pub(crate) fn to_pack(slug: &str, files: &[PathBuf], with_bookmarks: bool) -> Result<Vec<SceneText>, Failure> {
    let mut scenes = Vec::new();
    let bookmarks = bookmarks_of(slug)?;
    if with_bookmarks && bookmarks.exists() {
        let mut kept = read(&bookmarks)?;
        (kept.kind, kept.name) = (SceneKind::Bookmarks, SceneKind::Bookmarks.as_str().to_owned());
        scenes.push(kept);
    }
    for file in files {
        let scene = read(file)?;
        if let Some(other) = scenes.iter().position(|other: &SceneText| other.name == scene.name) {
            return Err(Failure::SceneTwice { path: file.clone(), name: scenes[other].name.clone() });
        }
        scenes.push(scene);
    }
    Ok(scenes)
}

/// A file that can be shown: a tour or a scene, whichever it is.
fn read(path: &Path) -> Result<SceneText, Failure> {
    let text = std::fs::read_to_string(path).map_err(|source| Failure::SceneFile { path: path.to_owned(), source })?;
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = [".tour.ron", ".scene.ron", ".ron"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(&file);
    let kind = match (SceneFile::parse(&text), Tour::parse(&text)) {
        (Ok(_), Err(_)) => SceneKind::Scene,
        // A tour without stops reads as a scene too; its name tells.
        (Ok(_), Ok(_)) if !file.ends_with(".tour.ron") => SceneKind::Scene,
        (_, Ok(_)) => SceneKind::Tour,
        (Err(scene), Err(tour)) => {
            let source = if file.ends_with(".tour.ron") { tour } else { scene };
            return Err(Failure::Scene { path: path.to_owned(), source });
        }
    };
    Ok(SceneText { kind, name: name.to_owned(), text })
}

/// What a package carries, for the window to offer; and what of it this program cannot read, with the reason.
pub(crate) fn offered(package: &Package) -> Result<(Vec<Offered>, Vec<String>), Failure> {
    let (mut groups, mut single, mut unreadable) = (Vec::new(), Tour::default(), Vec::new());
    for SceneText { kind, name, text } in package.scenes()? {
        let tour = match kind {
            SceneKind::Scene => SceneFile::parse(&text).map(|scene| {
                single.stops.push(Stop::of(name.clone(), scene));
                None
            }),
            SceneKind::Bookmarks => Tour::parse(&text).map(|tour| Some((OfferedKind::Bookmarks, tour))),
            SceneKind::Tour => Tour::parse(&text).map(|tour| Some((OfferedKind::Tour(name.clone()), tour))),
        };
        match tour {
            Ok(Some((kind, tour))) if !tour.stops.is_empty() => groups.push(Offered { kind, tour }),
            Ok(_) => {}
            Err(error) => unreadable.push(format!("{name}: {error}")),
        }
    }
    if !single.stops.is_empty() {
        groups.push(Offered { kind: OfferedKind::Scenes, tour: single });
    }
    Ok((groups, unreadable))
}
