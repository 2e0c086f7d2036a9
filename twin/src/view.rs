//! `twin view`: the park in a window that lives with its database, with all overlays to switch between.

use spatial_db::package::Package;
use twin_engine::{ViewOptions, last_park, view_live};

use crate::cli::{OverlayName, ViewArguments};
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::live::{Plan, follow};
use crate::origin::Origin;
use crate::shot::read_scene;

pub(crate) fn run(arguments: &ViewArguments) -> Result<(), Failure> {
    let state = data_dir()?.join("state.ron");
    let park = arguments.park.clone().or_else(|| last_park(&state)).ok_or(Failure::NoPark)?;
    let compares = arguments.compared.manifest.is_some() || arguments.compared.run.is_some();
    let slug = match Origin::of(&park) {
        Origin::Store(_) if arguments.overlay == OverlayName::Changes && !compares => {
            return Err(Failure::ChangesOfWhat);
        }
        Origin::Store(slug) => slug.to_owned(),
        Origin::Package(path) if arguments.overlay == OverlayName::Changes => {
            return Err(Failure::ChangesOfPackage { path: path.to_path_buf() });
        }
        Origin::Package(path) if arguments.park.is_none() && !path.exists() => {
            return Err(Failure::LastGone { path: path.to_path_buf() });
        }
        // What is no package is said before a window opens.
        Origin::Package(path) => Package::open(path)?.header().park.slug.clone(),
    };
    let scene = arguments.scene.as_deref().map(read_scene).transpose()?;
    let options = ViewOptions {
        theme: arguments.theme.map(Into::into),
        language: arguments.lang.map(Into::into),
        state: Some(state),
        remember_as: Origin::of(&park).to_remember(),
        photo: arguments.imagery,
        scene,
        ..ViewOptions::default()
    };
    let (updates, outcome) = follow(Plan {
        park: park.clone(),
        overlay: arguments.overlay,
        as_of: arguments.as_of,
        compared: arguments.compared.clone(),
        photo: arguments.imagery,
    })?;
    view_live(&slug, updates, &options)?;
    // Why there was no park to show is told in the window, and where it was asked for.
    outcome.failure().map_or(Ok(()), Err)
}
