//! Every colour, width and size of the picture, in two themes of equal contrast.
//!
//! Change looks here and nowhere else. Which feature gets which colour is left to `style`.

use std::sync::LazyLock;

use analysis::rules::{RuleSet, RuleTables};
use serde::{Deserialize, Serialize};
use spatial_db::model::{NetworkClass, SurfaceKind};

/// An sRGB colour, 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// From `0xRRGGBB`.
    pub const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// Linear light, each channel 0..1.
    pub fn linear(self) -> [f32; 3] {
        [self.0, self.1, self.2].map(|c| {
            let c = f32::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The nearest sRGB colour to linear light.
    pub fn from_linear(rgb: [f32; 3]) -> Self {
        let [r, g, b] = rgb.map(|c| {
            let c = c.clamp(0.0, 1.0);
            let s = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
            (s * 255.0).round() as u8
        });
        Self(r, g, b)
    }

    /// This colour at `alpha` over `under`, blended in linear light as the picture is.
    #[must_use]
    pub fn over(self, under: Self, alpha: f32) -> Self {
        let (top, bottom) = (self.linear(), under.linear());
        Self::from_linear([0, 1, 2].map(|i| top[i] * alpha + bottom[i] * (1.0 - alpha)))
    }

    /// Mixed with grey of its own brightness: 0 keeps the colour, 1 takes all of it.
    #[must_use]
    pub fn desaturated(self, share: f32) -> Self {
        let [r, g, b] = self.linear();
        let grey = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        Self::from_linear([r, g, b].map(|c| c + (grey - c) * share))
    }

    /// This hue with no more luminance than `most`.
    #[must_use]
    pub fn deepened(self, most: f32) -> Self {
        let luminance = self.luminance();
        if luminance <= most { self } else { Self::from_linear(self.linear().map(|c| c * most / luminance)) }
    }

    /// Relative luminance, 0..1 (WCAG).
    pub fn luminance(self) -> f32 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Packed for the style buffer with `alpha` 0..1.
    pub fn packed(self, alpha: f32) -> u32 {
        let alpha = (alpha.clamp(0.0, 1.0) * 255.0).round() as u8;
        u32::from_le_bytes([self.0, self.1, self.2, alpha])
    }
}

impl From<[u8; 3]> for Rgb {
    fn from([r, g, b]: [u8; 3]) -> Self {
        Self(r, g, b)
    }
}

/// Colours of alerts, those of GB/T 2893 and ISO 3864 made to read on both themes. Each always comes with a label, a shape or a
/// pattern.
pub mod alert {
    use super::Rgb;

    /// Danger: lives.
    pub const DANGER: Rgb = Rgb::hex(0xD7_263D);
    /// Warning: harm.
    pub const WARNING: Rgb = Rgb::hex(0xF0_7F13);
    /// Caution.
    pub const CAUTION: Rgb = Rgb::hex(0xF5_B700);
    /// Safe.
    pub const SAFE: Rgb = Rgb::hex(0x2E_9E5B);
    /// Information.
    pub const INFORMATION: Rgb = Rgb::hex(0x1F_77B4);
    /// What cannot be used.
    pub const OUT_OF_USE: Rgb = Rgb::hex(0x4A_4F55);
}

/// Which of the two themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// For paper and office screens.
    #[default]
    Daylight,
    /// For the big screen of a control room.
    Dark,
}

/// All constants of one theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Sky overhead.
    pub zenith: Rgb,
    /// Sky and haze at the horizon.
    pub horizon: Rgb,
    /// Bare ground.
    pub ground: Rgb,
    /// Earth that is laid bare.
    pub earth: Rgb,
    /// Grass, field, garden.
    pub grass: Rgb,
    /// Trees.
    pub forest: Rgb,
    /// Open water and its shore line.
    pub water: Rgb,
    /// Line around water.
    pub shore: Rgb,
    /// Yards and car parks.
    pub paved: Rgb,
    /// Open storage yards.
    pub storage_yard: Rgb,
    /// Railway ground and rails.
    pub rail: Rgb,
    /// Carriageways.
    pub road: Rgb,
    /// Edge of carriageways.
    pub road_casing: Rgb,
    /// Roofs; walls are this, darkened by the solid pass.
    pub roof: Rgb,
    /// Edges of buildings.
    pub edge: Rgb,
    /// Parcel outlines.
    pub parcel_line: Rgb,
    /// Opacity of a parcel's fill under an overlay.
    pub parcel_fill_alpha: f32,
    /// Opacity of draped zones.
    pub zone_fill_alpha: f32,
    /// Hover and selection.
    pub accent: Rgb,
    /// Multiplied into shade.
    pub shade: Rgb,
    /// Share of `shade` on faces turned from the sun.
    pub shade_strength: f32,
    /// How far the foot of a wall darkens, 0..1.
    pub foot_darkening: f32,
    /// Contrast of storey lines, 0..1.
    pub storey_contrast: f32,
    /// Cast shadow.
    pub shadow: Rgb,
    /// Opacity of cast shadow.
    pub shadow_alpha: f32,
    /// Opacity of the contact shadow right at the wall.
    pub contact_alpha: f32,
    /// How much the terrain's slopes are exaggerated in its shading.
    pub relief: f32,
    /// How far the standard's network colours are desaturated.
    pub network_desaturation: f32,
    /// Panels of the picture frame.
    pub panel: Rgb,
    /// Line around panels.
    pub panel_line: Rgb,
    /// Opacity of panels.
    pub panel_alpha: f32,
    /// Text.
    pub ink: Rgb,
    /// Secondary text.
    pub ink_soft: Rgb,
    /// Halo of labels.
    pub halo: Rgb,
    /// Tag of synthetic data.
    pub tag: Rgb,
    /// Words and bars that speak against somebody: a limit missed, a day passed.
    pub bad: Rgb,
    /// Words and bars of what is as it should be.
    pub good: Rgb,
}

impl Theme {
    /// The constants of `choice`.
    pub fn of(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::Daylight => Self::daylight(),
            ThemeChoice::Dark => Self::dark(),
        }
    }

    fn daylight() -> Self {
        Self {
            zenith: Rgb::hex(0xDC_E9F5),
            horizon: Rgb::hex(0xF6_F4EF),
            ground: Rgb::hex(0xEC_E8E0),
            earth: Rgb::hex(0xCD_B592),
            grass: Rgb::hex(0xD8_E3C8),
            forest: Rgb::hex(0xC2_D3AE),
            water: Rgb::hex(0xAF_CFE4),
            shore: Rgb::hex(0x8F_B6D0),
            paved: Rgb::hex(0xE3_DFD7),
            storage_yard: Rgb::hex(0xDD_D3C2),
            rail: Rgb::hex(0x9A_948A),
            road: Rgb::hex(0xFF_FFFF),
            road_casing: Rgb::hex(0xCF_C9BE),
            roof: Rgb::hex(0xF6_F3EE),
            edge: Rgb::hex(0xA9_A195),
            parcel_line: Rgb::hex(0x5C_6670),
            parcel_fill_alpha: 0.66,
            zone_fill_alpha: 0.20,
            accent: Rgb::hex(0x0A_6ED1),
            shade: Rgb::hex(0x8D_97A8),
            shade_strength: 0.55,
            foot_darkening: 0.14,
            storey_contrast: 0.08,
            shadow: Rgb::hex(0x4A_5468),
            shadow_alpha: 0.26,
            contact_alpha: 0.30,
            relief: 2.2,
            network_desaturation: 0.18,
            panel: Rgb::hex(0xFF_FFFF),
            panel_line: Rgb::hex(0xD9_D5CC),
            panel_alpha: 0.92,
            ink: Rgb::hex(0x1F_2933),
            ink_soft: Rgb::hex(0x55_606B),
            halo: Rgb::hex(0xFF_FFFF),
            tag: Rgb::hex(0xB4_4A12),
            bad: Rgb::hex(0xB8_2A24),
            good: Rgb::hex(0x1F_7A4A),
        }
    }

    fn dark() -> Self {
        Self {
            zenith: Rgb::hex(0x10_161D),
            horizon: Rgb::hex(0x2B_333C),
            ground: Rgb::hex(0x20_262D),
            earth: Rgb::hex(0x5C_4E3E),
            grass: Rgb::hex(0x22_3029),
            forest: Rgb::hex(0x1E_3328),
            water: Rgb::hex(0x17_324A),
            shore: Rgb::hex(0x2F_587A),
            paved: Rgb::hex(0x29_3037),
            storage_yard: Rgb::hex(0x30_3233),
            rail: Rgb::hex(0x6A_6E72),
            road: Rgb::hex(0x56_606B),
            road_casing: Rgb::hex(0x15_1A20),
            roof: Rgb::hex(0x4A_5560),
            edge: Rgb::hex(0x78_8593),
            parcel_line: Rgb::hex(0x8A_96A2),
            parcel_fill_alpha: 0.62,
            zone_fill_alpha: 0.24,
            accent: Rgb::hex(0x4A_A8FF),
            shade: Rgb::hex(0x55_6A88),
            shade_strength: 0.55,
            foot_darkening: 0.25,
            storey_contrast: 0.10,
            shadow: Rgb::hex(0x05_080C),
            shadow_alpha: 0.42,
            contact_alpha: 0.40,
            relief: 2.2,
            network_desaturation: 0.0,
            panel: Rgb::hex(0x1A_2027),
            panel_line: Rgb::hex(0x3A_434D),
            panel_alpha: 0.92,
            ink: Rgb::hex(0xE8_EDF2),
            ink_soft: Rgb::hex(0xA9_B4BF),
            halo: Rgb::hex(0x14_181D),
            tag: Rgb::hex(0xFF_B27A),
            bad: Rgb::hex(0xFF_8F85),
            good: Rgb::hex(0x74_D6A0),
        }
    }

    /// Fill of a kind of ground cover.
    pub fn surface(&self, kind: SurfaceKind) -> Rgb {
        match kind {
            SurfaceKind::Water => self.water,
            SurfaceKind::Grass => self.grass,
            SurfaceKind::Forest => self.forest,
            SurfaceKind::StorageYard => self.storage_yard,
            SurfaceKind::Rail => self.paved.over(self.rail, 0.75),
            SurfaceKind::Paved | SurfaceKind::Other => self.paved,
        }
    }

    /// Colour of a network class: that of the rule table (CJJ 61-2017), a touch desaturated on the light theme. What would
    /// not stand out from the ground keeps its hue: cyan and green go deeper on light ground, black goes grey on dark ground.
    pub fn network(&self, class: NetworkClass) -> Rgb {
        let standard = STANDARD.network_class(class).map_or(self.ink_soft, |row| row.colour.into());
        let shown = if self.is_dark() {
            if standard.luminance() < 0.08 { standard.over(self.ink, 0.55) } else { standard }
        } else {
            standard.deepened((self.ground.luminance() + 0.05) / NETWORK_CONTRAST - 0.05)
        };
        shown.desaturated(self.network_desaturation)
    }

    /// True where the ground is darker than its labels.
    pub fn is_dark(&self) -> bool {
        self.ground.luminance() < self.ink.luminance()
    }
}

/// The rule tables in force: the one list of the standard's colours.
static STANDARD: LazyLock<&'static RuleSet> = LazyLock::new(|| &RuleTables::in_force().land);
/// The standard's letters of a network class (`JS` for water); none where the table has no such class.
pub(crate) fn network_letters(class: NetworkClass) -> &'static str {
    STANDARD.network_class(class).map_or("", |row| row.letters.as_str())
}

/// Contrast of networks with light ground.
const NETWORK_CONTRAST: f32 = 1.5;

/// Compass bearing the sunlight comes from, degrees clockwise from north.
pub const SUN_AZIMUTH_DEG: f64 = 238.0;
/// Height of the sun above the horizon, degrees.
pub const SUN_ELEVATION_DEG: f64 = 46.0;

/// Vertical field of view, degrees.
pub const FOV_DEG: f32 = 35.0;
/// Bearing from the park to the camera in the first view, degrees clockwise from north: south-east.
pub const FIRST_VIEW_BEARING_DEG: f32 = 140.0;
/// How far the first view looks down, degrees.
pub const FIRST_VIEW_PITCH_DEG: f32 = 50.0;
/// Share of the frame that the park may fill in the first view.
pub const FIRST_VIEW_FILL: f32 = 0.9;

/// Width of parcel outlines at 1080 lines, px.
pub const PARCEL_LINE_PX: f32 = 1.2;
/// Width of building edges, px.
pub const EDGE_LINE_PX: f32 = 1.0;
/// Smallest width of a road, px.
pub const ROAD_MIN_PX: f32 = 1.5;
/// Width of road casing on each side, px.
pub const ROAD_CASING_PX: f32 = 0.9;
/// Width of zone outlines, px.
pub const ZONE_LINE_PX: f32 = 1.6;
/// Width of outlines of ground cover, px.
pub const SURFACE_LINE_PX: f32 = 1.0;
/// Smallest diameter of a pipe on screen when seen underground, px.
pub const PIPE_MIN_PX: f32 = 3.0;
/// Smallest size of a pipe in a section on screen, px.
pub const CUT_PIPE_MIN_PX: f32 = 6.0;
/// Radius of overlay columns, m.
pub const PILLAR_RADIUS_M: f64 = 3.0;
/// Height that columns are meshed with, m; the style buffer says how much of it is drawn.
pub const PILLAR_MESH_M: f32 = 100.0;
/// Opacity of the ground in underground mode.
pub const UNDERGROUND_GROUND_ALPHA: f32 = 0.28;
/// Opacity of what covers the ground (roads, parcels, water) in underground mode.
pub const UNDERGROUND_COVER_ALPHA: f32 = 0.16;
/// Opacity of buildings in underground mode.
pub const UNDERGROUND_BUILDING_ALPHA: f32 = 0.22;

/// Sizes of the picture frame at 1080 lines, points.
pub mod size {
    /// Picture height that the sizes below are for.
    pub const REFERENCE_HEIGHT: f32 = 1080.0;
    /// Distance of panels from the picture's edge.
    pub const MARGIN: f32 = 24.0;
    /// Corner radius of panels.
    pub const RADIUS: f32 = 6.0;
    /// Space between a panel's edge and its text.
    pub const PADDING: f32 = 14.0;
    /// Title.
    pub const TITLE: f32 = 22.0;
    /// Overlay title.
    pub const SUBTITLE: f32 = 16.0;
    /// Labels and legend.
    pub const LABEL: f32 = 13.0;
    /// Notes.
    pub const NOTE: f32 = 10.5;
    /// Attribution.
    pub const ATTRIBUTION: f32 = 9.0;
    /// Smallest letters anywhere, px.
    pub const SMALLEST_PX: f32 = 9.0;
    /// Side of a legend swatch.
    pub const SWATCH: f32 = 20.0;
    /// Width of the halo around labels and symbols, px.
    pub const HALO: f32 = 2.0;
    /// Side of a map symbol.
    pub const SYMBOL: f32 = 19.0;
    /// Radius of the dot that stands for a crowded symbol.
    pub const DOT: f32 = 2.6;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Rgb, b: Rgb) -> f32 {
        let (a, b) = (a.luminance(), b.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn linear_and_back_is_the_same_byte() {
        for v in [0, 1, 9, 10, 11, 64, 128, 200, 254, 255] {
            let c = Rgb(v, 255 - v, v / 2);
            assert_eq!(Rgb::from_linear(c.linear()), c);
        }
    }

    #[test]
    fn text_reads_on_panels_of_both_themes() {
        for choice in [ThemeChoice::Daylight, ThemeChoice::Dark] {
            let theme = Theme::of(choice);
            assert!(contrast(theme.ink, theme.panel) > 7.0, "{choice:?}");
            assert!(contrast(theme.ink_soft, theme.panel) > 4.5, "{choice:?}");
            for ink in [theme.tag, theme.bad, theme.good] {
                assert!(contrast(ink, theme.panel) > 4.5, "{choice:?}");
            }
            assert!(contrast(theme.ink, theme.halo) > 7.0, "{choice:?}");
        }
    }

    #[test]
    fn networks_have_the_colours_of_the_rule_table_but_where_they_would_be_lost_on_the_ground() {
        let daylight = Theme { network_desaturation: 0.0, ..Theme::of(ThemeChoice::Daylight) };
        let rules = RuleSet::shipped();
        let standard = |class| Rgb::from(rules.network_class(class).expect("a row").colour);
        for class in [NetworkClass::Drainage, NetworkClass::Gas, NetworkClass::Power, NetworkClass::Industrial] {
            assert_eq!(daylight.network(class), standard(class), "{class:?}");
        }
        // CJJ 61 has cyan, which is as light as the ground: the same hue, deeper.
        assert_eq!(standard(NetworkClass::Water), Rgb(0, 255, 255));
        let Rgb(r, g, b) = daylight.network(NetworkClass::Water);
        assert!(r == 0 && g == b && (180..240).contains(&g), "{r} {g} {b}");
        assert!((contrast(Rgb(r, g, b), daylight.ground) - NETWORK_CONTRAST).abs() < 0.05);
        let dark = Theme::of(ThemeChoice::Dark);
        assert_eq!(dark.network(NetworkClass::Water), Rgb(0, 255, 255));
    }

    #[test]
    fn every_network_class_shows_on_the_ground_of_both_themes() {
        for choice in [ThemeChoice::Daylight, ThemeChoice::Dark] {
            let theme = Theme::of(choice);
            for class in NetworkClass::ALL {
                assert!(contrast(theme.network(class), theme.ground) > 1.25, "{choice:?} {class:?}");
            }
        }
    }
}
