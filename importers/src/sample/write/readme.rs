//! The description and the licence that lie in the park's folder.

use std::fmt::Write;
use std::path::Path;

use super::{ATTRIBUTION, Blemishes, EPSG, EPSG_ZONED, PARK_NAME, Surveyed};
use crate::sample::SampleError;
use crate::sample::land_records::as_of;
use crate::sample::park::Park;
use crate::sample::stories::Story;

/// Description.
pub(super) const FILE: &str = "README.md";
/// Licence.
pub(super) const LICENCE: &str = "LICENCE.txt";

const LICENCE_TEXT: &str = "CC0 1.0 Universal\n\n\
The data in this folder is synthetic: a computer program made it up. Nothing in it describes a real place, company or person.\n\n\
To the extent possible under law, its makers have waived all copyright and related or neighbouring rights to it.\n\
The legal text is at https://creativecommons.org/publicdomain/zero/1.0/legalcode\n\n\
本文件夹中的数据均为程序生成的虚构数据，不对应任何真实地点、企业或个人。\n";

/// Write both.
pub(super) fn write(dir: &Path, park: &Park<'_>, blemishes: Blemishes, surveyed: &Surveyed) -> Result<(), SampleError> {
    super::put(&dir.join(LICENCE), LICENCE_TEXT.as_bytes())?;
    super::put(&dir.join(FILE), describe(park, blemishes, surveyed).as_bytes())
}

fn describe(park: &Park<'_>, blemishes: Blemishes, surveyed: &Surveyed) -> String {
    let (w, h) = park.layout.extent();
    let count = |stories: &[Story]| park.parcels.iter().filter(|parcel| stories.contains(&parcel.story)).count();
    let mut out = format!("# {PARK_NAME}\n\n");
    let _ = writeln!(
        out,
        "**Everything here is made up.** {ATTRIBUTION} with seed {} for {} parcels; licence CC0 1.0, see {LICENCE}.\n\
         The park is described as of {}. It covers {:.2} km² in CGCS2000, 3-degree zone, central meridian 120° E (EPSG:{EPSG});\n\
         the drawing of the yards has eastings with the zone number in front (EPSG:{EPSG_ZONED}). Heights are in metres.\n",
        park.seed,
        park.parcels.len(),
        as_of(),
        w * h / 1e6,
    );
    out.push_str("`park.toml` tells the importer how to read the files.\n\n## Contents\n\n| file | what | rows |\n|---|---|---|\n");
    let extra = blemishes.bow_ties + blemishes.duplicate_keys;
    let yards = park.covers.iter().filter(|c| super::drawing::LAYERS.iter().any(|(_, kind)| *kind == c.kind)).count();
    let rows: [(&str, &str, usize); 13] = [
        (super::features::PARCEL_FILE, "parcels, GBK text", park.parcels.len() + extra),
        (super::features::BASE_FILE, "buildings", park.massing.buildings.len()),
        ("", "street centre lines", park.centre_lines.len()),
        ("", "ground cover", park.covers.len() - yards),
        ("", "hazard sources", park.hazards.len()),
        (super::drawing::FILE, "paved and storage yards, by drawing layer", yards),
        (super::geojson::FILE, "emergency resources", park.resources.len()),
        (super::tables::ENTERPRISES, "enterprises, GBK", park.residents.enterprises.len()),
        (super::tables::TENANCIES, "who uses which floor", park.residents.tenancies.len()),
        (super::tables::FIGURES, "figures of five years, GBK", park.residents.figures.len()),
        (super::tables::CONTRACTS, "land contracts, GBK", park.register.contracts.len()),
        (super::tables::EVENTS, "land events", park.register.events.len()),
        (super::tables::PROJECTS, "projects as planned, GBK, a title above the heading", park.projects.len()),
    ];
    for (file, what, number) in rows {
        let _ = writeln!(out, "| {file} | {what} | {number} |");
    }
    let _ = writeln!(
        out,
        "| {} | heights; like many such rasters it shows bridge decks as ground | – |",
        super::raster::FILE
    );
    let _ = writeln!(
        out,
        "| {}, {} | a drawn aerial picture with its world file | – |",
        super::photo::FILE,
        super::photo::WORLD
    );
    for (code, points, lines) in surveyed {
        let _ = writeln!(
            out,
            "| {}/…_{code}_点表.csv, …_{code}_线表.csv | network {code}: points (GBK), lines | {points} + {lines} |",
            super::survey::FOLDER
        );
    }
    let _ = writeln!(
        out,
        "\n## Land that is not in use\n\n\
         | story | parcels |\n|---|---|\n\
         | never started, one to two years after the agreed date | {} |\n\
         | never started, more than two years after | {} |\n\
         | started, under a third of the area developed, suspended over a year | {} |\n\
         | started, under a quarter of the investment made, suspended over a year | {} |\n\
         | never started, excused by a cause of the government | {} |\n\
         | agreed start not a year ago or still to come | {} |\n\
         | building as agreed | {} |\n\
         | no contract on record: empty {}, built {} | {} |\n\
         | production ended, halls empty | {} |\n\
         | held by the land bank | {} |\n",
        count(&[Story::Late]),
        count(&[Story::VeryLate]),
        count(&[Story::StalledArea]),
        count(&[Story::StalledMoney]),
        count(&[Story::Excused]),
        count(&[Story::NotYetDue]),
        count(&[Story::Building]),
        count(&[Story::NoRecord]),
        count(&[Story::OldUse]),
        count(&[Story::NoRecord, Story::OldUse]),
        count(&[Story::Closed]),
        count(&[Story::Reserve]),
    );
    let _ = writeln!(
        out,
        "## Blemishes on purpose\n\n\
         Real files have them, and the importer must say what it did about each.\n\n\
         - {}: {} bow-tie polygons (numbers QX-LS-01 and QX-LS-02), east of the park;\n\
         - {}: {} row whose key is there already (the last row);\n\
         - the water line table: {} line whose end point SS999999 was never surveyed and has no coordinates (the last row);\n\
         - {}: {} tax figure that is a word, not a number;\n\
         - {}: {} planned days that are a word (待定: to be settled).\n\
         - Survey tables write X for north and Y for east; drains give depths to the inside bottom, all others to the top.\n\
         - The north-western quarter is still being developed and has no fire hydrants inside; some others are out of service.\n\
         - Rings of the water and power networks are parted when all is well: column NormState, 常闭 of a valve and 分闸 of a cabinet.\n\
         - Loads of some connections and projects were never written down; contracted loads and ratings are in columns beside the survey's own.\n\
         - In places networks cross closer than the clearance rules allow, as in any park that grew over years.",
        super::features::PARCEL_FILE,
        blemishes.bow_ties,
        super::features::PARCEL_FILE,
        blemishes.duplicate_keys,
        blemishes.loose_lines,
        super::tables::FIGURES,
        blemishes.odd_numbers,
        super::tables::PROJECTS,
        blemishes.odd_dates,
    );
    out
}
