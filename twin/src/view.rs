//! `twin view`: the park in a window, with all overlays to switch between.

use twin_engine::{ViewOptions, last_park};

use crate::cli::{OverlayName, ViewArguments};
use crate::data_dir::data_dir;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::shot::{Photo, input, read_scene};

pub(crate) fn run(arguments: &ViewArguments) -> Result<(), Failure> {
    let state = data_dir()?.join("state.ron");
    let park = arguments.park.clone().or_else(|| last_park(&state)).ok_or(Failure::NoPark)?;
    let progress = Progress::new(false);
    let all = [
        OverlayName::Utilisation,
        OverlayName::Idle,
        OverlayName::Emergency,
        OverlayName::Networks,
        OverlayName::Issues,
    ];
    // A park of two moments has no other overlay: what it shows as gone must count for nothing.
    let wanted = if arguments.overlay == OverlayName::Changes { &[OverlayName::Changes][..] } else { &all[..] };
    let photo = if arguments.imagery { Photo::Show } else { Photo::IfThere };
    let result = input(&park, wanted, arguments.as_of, &arguments.compared, photo, &progress);
    progress.finish();
    let mut input = result?;
    input.active = Some(arguments.overlay.word().to_owned());
    let scene = arguments.scene.as_deref().map(read_scene).transpose()?;
    let options = ViewOptions {
        theme: arguments.theme.map(Into::into),
        language: arguments.lang.map(Into::into),
        state: Some(state),
        photo: arguments.imagery,
        scene,
        ..ViewOptions::default()
    };
    Ok(twin_engine::view(input, &options)?)
}
