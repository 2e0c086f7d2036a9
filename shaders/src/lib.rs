//! WGSL sources of the twin, embedded, each a complete module.
//!
//! A pass is the shared head (`common.wgsl`) followed by its own file, so every source validates by itself, with no
//! preprocessor and no import. Which mesh goes through which pass is left to `twin-engine`.

/// One complete WGSL module with a `vertex` and a `fragment` entry point, and `fragment_cut` for where a part of it is cut
/// away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// File name of the pass.
    pub name: &'static str,
    /// Complete text.
    pub wgsl: &'static str,
}

macro_rules! pass {
    ($file:literal) => {
        Source { name: $file, wgsl: concat!(include_str!("../common.wgsl"), "\n", include_str!(concat!("../", $file))) }
    };
}

/// Areas on the ground.
pub const DRAPE: Source = pass!("drape.wgsl");
/// The terrain with an orthophoto.
pub const PHOTO: Source = pass!("photo.wgsl");
/// Contact and cast shadow.
pub const SHADOW: Source = pass!("shadow.wgsl");
/// Buildings, tanks, fittings, columns.
pub const SOLID: Source = pass!("solid.wgsl");
/// Buildings drawn as blocks.
pub const BLOCK: Source = pass!("block.wgsl");
/// Pipes.
pub const TUBE: Source = pass!("tube.wgsl");
/// Lines and roads.
pub const LINE: Source = pass!("line.wgsl");
/// Sky.
pub const SKY: Source = pass!("sky.wgsl");
/// What a cut lays bare.
pub const CAP: Source = pass!("cap.wgsl");
/// People and vehicles of a drill.
pub const CROWD: Source = pass!("crowd.wgsl");

/// Panels and letters. Stands by itself: its inputs are those of egui.
pub const PANEL: Source = Source { name: "panel.wgsl", wgsl: include_str!("../panel.wgsl") };

/// A picture drawn coarse, enlarged. Stands by itself.
pub const ENLARGE: Source = Source { name: "enlarge.wgsl", wgsl: include_str!("../enlarge.wgsl") };

/// Every pass of the scene.
pub const ALL: [Source; 10] = [DRAPE, PHOTO, SHADOW, SOLID, BLOCK, TUBE, LINE, SKY, CAP, CROWD];

/// What stands by itself, without the shared head.
pub const APART: [Source; 2] = [PANEL, ENLARGE];

/// Most corners of a pit, as `Cut` in `common.wgsl` has room for.
pub const MOST_CORNERS: usize = 32;

/// Bits of `Style::bits`, the same as in `common.wgsl`.
pub mod bits {
    /// The feature is drawn.
    pub const VISIBLE: u32 = 0x100;
    /// The pointer is over the feature.
    pub const HOVERED: u32 = 0x200;
    /// The feature is selected.
    pub const SELECTED: u32 = 0x400;
    /// The outline is strong and has a pattern of its own.
    pub const OUTLINED: u32 = 0x800;
    /// The figure is seen through walls.
    pub const THROUGH: u32 = 0x1000;
    /// First bit of the outline's pattern.
    pub const OUTLINE_PATTERN: u32 = 16;
}
