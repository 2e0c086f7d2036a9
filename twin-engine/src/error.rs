//! What can go wrong between a snapshot and a picture.

use std::path::PathBuf;

/// Errors of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A scene speaks of something that the park does not have.
    #[error("the scene speaks of {what}, which the park does not have")]
    SceneOfAnother {
        /// What that is.
        what: String,
    },
    /// No graphics driver at all, not even a software one.
    #[error(
        "no graphics adapter was found; on Debian and Ubuntu install a software one with \
         `apt-get install mesa-vulkan-drivers libvulkan1`"
    )]
    NoAdapter {
        /// What the graphics library said.
        #[source]
        source: wgpu::RequestAdapterError,
    },
    /// The picture size is out of range.
    #[error("a picture of {width}×{height} pixels cannot be drawn; each side must be between {least} and {most}")]
    PictureSize {
        /// Asked width, px.
        width: u32,
        /// Asked height, px.
        height: u32,
        /// Smallest side, px.
        least: u32,
        /// Largest side, px.
        most: u32,
    },
    /// The overlay asked for is not among those given.
    #[error("there is no overlay `{asked}` here; there are: {known}")]
    UnknownOverlay {
        /// Name asked for.
        asked: String,
        /// Names given, separated by commas.
        known: String,
    },
    /// A drill cannot be run on the park.
    #[error("the drill cannot be run: {reason}")]
    Drill {
        /// Why.
        reason: String,
    },
    /// The park has nothing that can be drawn.
    #[error("park `{park}` has no feature with a position, so there is nothing to draw")]
    NothingToDraw {
        /// Slug of the park.
        park: String,
    },
    /// A shader or pipeline was refused by the driver.
    #[error("the graphics driver refused a pipeline: {reason}")]
    Pipeline {
        /// What the driver or compiler said.
        reason: String,
    },
    /// The picture did not come back from the device.
    #[error("the picture did not come back from the graphics device within {frames} frames")]
    NoPicture {
        /// Frames tried.
        frames: u32,
    },
    /// There is no memory for a picture of this size.
    #[error(
        "a picture of {width}×{height} pixels takes {megabytes} MB of memory, which are not there; draw it smaller"
    )]
    PictureMemory {
        /// Width, px.
        width: u32,
        /// Height, px.
        height: u32,
        /// What its pixels take, millions of bytes.
        megabytes: u64,
    },
    /// Given up by the caller.
    #[error("drawing was given up; nothing was written")]
    GivenUp,
    /// The picture could not be written.
    #[error("cannot write the picture to {path}")]
    WritePicture {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: image::ImageError,
    },
    /// No window can be opened here.
    #[error(
        "no window can be opened: neither DISPLAY nor WAYLAND_DISPLAY names a display; use a picture instead (`twin shot`)"
    )]
    NoDisplay,
    /// The display server does not answer.
    #[error(
        "no window can be opened: the display server `{display}` that DISPLAY names does not answer ({reason}); \
         name another, or use a picture instead (`twin shot`)"
    )]
    DisplayUnreachable {
        /// What DISPLAY says.
        display: String,
        /// Why.
        reason: String,
    },
    /// The window ended with an error.
    #[error("the window ended with exit code {code}")]
    WindowFailed {
        /// Exit code of the event loop.
        code: u8,
    },
}
