//! `twin view`: the park in a window that lives with its database, with all overlays to switch between.

use analysis::land::scheme::Scheme;
use spatial_db::package::Package;
use twin_engine::{DrillStart, OfferedKind, ViewOptions, last_park, view_live};

use crate::case;
use crate::cli::{OverlayName, ViewArguments};
use crate::data_dir::data_dir;
use crate::drill::office;
use crate::failure::Failure;
use crate::film;
use crate::live::{Plan, follow};
use crate::origin::Origin;
use crate::past::{Address, of_package, of_store};
use crate::pitch;
use crate::report::zone_basis;
use crate::rules::tables;
use crate::scenes::{offered, scene};

/// The scheme asked for, then those that are shipped.
fn schemes(named: &str) -> Result<Vec<Scheme>, Failure> {
    let asked = crate::report::scheme(named)?;
    let others: Vec<Scheme> = tables().schemes.iter().filter(|scheme| scheme.name != asked.name).cloned().collect();
    Ok(std::iter::once(asked).chain(others).collect())
}

pub(crate) fn run(arguments: &ViewArguments) -> Result<(), Failure> {
    let state = data_dir()?.join("state.ron");
    let park = arguments.park.clone().or_else(|| last_park(&state)).ok_or(Failure::NoPark)?;
    let compares = arguments.compared.manifest.is_some() || arguments.compared.run.is_some();
    let (mut offers, mut unreadable) = (Vec::new(), Vec::new());
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
        Origin::Package(path) if arguments.overlay == OverlayName::Unmet => {
            return Err(Failure::RecordOfPackage { path: path.to_path_buf() });
        }
        // What is no package is said before a window opens.
        Origin::Package(path) => {
            let package = Package::open(path)?;
            (offers, unreadable) = offered(&package)?;
            let views: usize = offers.iter().map(|group| group.tour.stops.len()).sum();
            tracing::info!("the package offers {views} views");
            package.header().park.slug.clone()
        }
    };
    let address = Address::default();
    let schemes = schemes(&arguments.scheme)?;
    let zone = zone_basis(&arguments.zone_scheme, arguments.inputs.as_deref(), arguments.reference.as_deref())?;
    if let Some(typed) = zone.typed.as_ref().filter(|typed| typed.park != slug) {
        return Err(Failure::NotReported { park: typed.park.clone() });
    }
    // As the command that writes a dossier takes them.
    let named = std::iter::once(arguments.scheme.clone()).chain(schemes.iter().skip(1).map(|other| other.name.clone()));
    let cases = case::office(&park, address.clone(), named.collect());
    let scene = arguments.scene.as_deref().map(|named| scene(Origin::of(&park), named)).transpose()?;
    // A tour of its own before the views of whoever packed it.
    let tour = || offers.iter().position(|group| matches!(group.kind, OfferedKind::Tour(_)));
    let play =
        arguments.tour.then(|| tour().or((!offers.is_empty()).then_some(0)).ok_or(Failure::NoTour)).transpose()?;
    let past = match Origin::of(&park) {
        Origin::Store(slug) => of_store(slug, address.clone()),
        Origin::Package(path) => of_package(path),
    };
    let options = ViewOptions {
        theme: arguments.theme.map(Into::into),
        language: arguments.lang.map(Into::into),
        state: Some(state),
        remember_as: Origin::of(&park).to_remember(),
        photo: arguments.imagery,
        scene,
        past: Some(past),
        offered: offers,
        play,
        unreadable,
        drills: Some(office(arguments.drill.as_deref())),
        cases: Some(cases),
        // What two moments differ in is in no park that another process could read.
        films: (arguments.overlay != OverlayName::Changes).then(|| film::office(&park)),
        pitches: pitch::folders(Origin::of(&park)),
        drill: arguments.drill.clone().map(|path| DrillStart { path, log: arguments.drill_log.clone() }),
        ..ViewOptions::default()
    };
    let (updates, outcome) = follow(Plan {
        park: park.clone(),
        overlay: arguments.overlay,
        as_of: arguments.as_of,
        schemes,
        zone,
        compared: arguments.compared.clone(),
        address,
        photo: arguments.imagery,
    })?;
    view_live(&slug, updates, &options)?;
    // Why there was no park to show is told in the window, and where it was asked for.
    outcome.failure().map_or(Ok(()), Err)
}
