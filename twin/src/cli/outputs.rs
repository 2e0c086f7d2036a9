//! Arguments of the verbs that write a park, or a part of it, for others.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::{Compared, LanguageName, OverlayName, ThemeName, day, size};

/// Arguments of `twin film`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct FilmArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    pub(crate) park: String,
    /// Tour file (scenes/README.md), `-` for standard input, or name of a tour in the package; if not given, the views kept in the
    /// window, else those in the package
    #[arg(long)]
    pub(crate) tour: Option<PathBuf>,
    /// MP4 file to write, or PNG with --still
    #[arg(long, short)]
    pub(crate) out: PathBuf,
    /// Pixels, width × height, both even
    #[arg(long, default_value = "1280x720", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// Pictures a second
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(5..=60))]
    pub(crate) fps: u32,
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Language of frame and captions; that of the environment if not given
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LanguageName>,
    /// Leave out title, legend, scale bar, north arrow and credit
    #[arg(long)]
    pub(crate) no_frame: bool,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
    /// Tell every picture and the end in lines of JSON: what a window asks that has its views filmed
    #[arg(long, hide = true, conflicts_with = "json")]
    pub(crate) told: bool,
    /// Only the first picture of the first scene, as PNG
    #[arg(long)]
    pub(crate) still: bool,
    /// With --still: a picture of every scene, numbered before the end of the name
    #[arg(long, requires = "still", conflicts_with = "told")]
    pub(crate) each: bool,
}

/// Layers that a glTF file can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GltfLayer {
    /// Roof and walls, as modelled or raised from footprints
    Buildings,
    /// Areas on the ground with their outlines
    Parcels,
    /// Pipes, ducts and cables as tubes
    Pipes,
    /// Manholes, valves, hydrants of the networks
    Fittings,
    /// Carriageways and rails
    Roads,
    /// Ground cover
    Surfaces,
    /// Hydrants on record as emergency resources
    Resources,
    /// Tanks and other hazard sources
    Hazards,
}

/// Arguments of `twin gltf`.
#[derive(Debug, Args)]
#[command(
    after_help = "The file is in metres with Y up, around an origin that it names with the CRS. Names, keys and attributes \
    stand in the extras of its nodes.\n\nExamples:\n  \
    twin gltf qingxi --out qingxi.glb\n  \
    twin gltf qingxi.gpkg --parcels QX-02-02,QX-02-03 --overlay idle --out plots.glb\n  \
    twin gltf qingxi --box 559100,3453100,559400,3453400 --layer buildings --layer pipes --out corner.glb"
)]
pub(crate) struct GltfArguments {
    /// Short name of the park (`twin parks` lists them), or a package of one (`twin pack`)
    pub(crate) park: String,
    /// glTF file to write
    #[arg(long, short, value_name = "GLB", value_parser = glb)]
    pub(crate) out: PathBuf,
    /// Only these parcels, by number or key, with what stands on them or crosses them
    #[arg(long, value_delimiter = ',', value_name = "KEYS", conflicts_with = "within")]
    pub(crate) parcels: Vec<String>,
    /// Only what is in a box, or across its edge: west, south, east and north in the park's CRS, m
    #[arg(long = "box", value_name = "W,S,E,N", value_parser = bounds, allow_hyphen_values = true)]
    pub(crate) within: Option<[f64; 4]>,
    /// Layer to write; may be given several times [default: buildings, parcels and pipes]
    #[arg(long, value_enum)]
    pub(crate) layer: Vec<GltfLayer>,
    /// What to colour by
    #[arg(long, value_enum, default_value = "utilisation")]
    pub(crate) overlay: OverlayName,
    /// What the changes are between
    #[command(flatten)]
    pub(crate) compared: Compared,
    /// Date the verdicts hold for; the park's own date if not given
    #[arg(long, value_parser = day)]
    pub(crate) as_of: Option<NaiveDate>,
    /// Colours of what the overlay does not speak of
    #[arg(long, value_enum, default_value = "daylight")]
    pub(crate) theme: ThemeName,
    /// Language of the classes' names; that of the environment if not given
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LanguageName>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// Arguments of `twin pack`.
#[derive(Debug, Args)]
#[command(
    after_help = "The package holds everything of one park: every table, the terrain and the orthophotos, with licence and \
    date (docs/package.md).\nQGIS and GDAL open it too. The same park gives the same bytes.\n\nExamples:\n  \
    twin pack qingxi --out qingxi.gpkg\n  twin view qingxi.gpkg\n  twin shot qingxi.gpkg --overlay idle --out idle.png"
)]
pub(crate) struct PackArguments {
    /// Short name of the park (`twin parks` lists them)
    pub(crate) park: String,
    /// GeoPackage to write; an older package there is replaced
    #[arg(long, short, value_name = "GPKG", value_parser = package)]
    pub(crate) out: PathBuf,
    /// Scene or tour file (scenes/README.md) to take along; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) scene: Vec<PathBuf>,
    /// Leave out the views kept in the window
    #[arg(long)]
    pub(crate) no_bookmarks: bool,
    /// Overwrite the file even if it is no park package
    #[arg(long)]
    pub(crate) force: bool,
    /// Moment that the package carries, as 2026-11-26T12:00:00Z; that of the park's last import if not given
    #[arg(long, value_name = "TIME")]
    pub(crate) stamp: Option<chrono::DateTime<chrono::Utc>>,
    /// Print one JSON object instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

/// A file that `twin view` will know as a package.
pub(crate) fn package(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("gpkg")) {
        return Err("a package ends in .gpkg".to_owned());
    }
    Ok(path)
}

/// A file that programs will know as binary glTF.
fn glb(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("glb")) {
        return Err("a binary glTF file ends in .glb".to_owned());
    }
    Ok(path)
}

/// `west,south,east,north` in metres.
fn bounds(text: &str) -> Result<[f64; 4], String> {
    let sides: Vec<f64> = text
        .split(',')
        .map(|side| side.trim().parse::<f64>().ok().filter(|side| side.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| "write it as WEST,SOUTH,EAST,NORTH in metres".to_owned())?;
    match <[f64; 4]>::try_from(sides) {
        Ok(sides) if sides[0] < sides[2] && sides[1] < sides[3] => Ok(sides),
        Ok(_) => Err("west must be less than east, and south less than north".to_owned()),
        Err(_) => Err("write it as WEST,SOUTH,EAST,NORTH in metres".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_end_in_gpkg() {
        assert!(package("a b/Park.GPKG").is_ok());
        assert!(package("park").unwrap_err().contains(".gpkg") && package("park.zip").is_err());
    }

    #[test]
    fn boxes_and_glb_files_are_checked() {
        assert_eq!(bounds("1,2, 3.5 ,4"), Ok([1.0, 2.0, 3.5, 4.0]));
        assert_eq!(bounds("-5,-6,-1,-2"), Ok([-5.0, -6.0, -1.0, -2.0]));
        assert!(bounds("3,2,1,4").unwrap_err().contains("west"));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,inf,4"] {
            assert!(bounds(wrong).unwrap_err().contains("WEST"), "{wrong}");
        }
        assert!(glb("a b/Park.GLB").is_ok() && glb("park.gltf").unwrap_err().contains(".glb"));
    }
}
