//! The formats that are read: by which ending a file is known, which GDAL drivers may look at it and how.
//!
//! Opening is left to `open`; the drivers named here are the only ones that ever see a file.

use std::path::Path;

/// What a format needs beside its driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Nothing.
    Plain,
    /// Its parts are checked against each other, its text is in some code page.
    Shapefile,
    /// Text that may be in any encoding, with any separator.
    Table,
    /// A workbook, brought into tables first.
    Workbook,
    /// Blocks and their attributes.
    Drawing,
    /// One layer at a time, with tags as columns.
    OpenStreetMap,
    /// Areas come as lines and points.
    Interlis,
    /// The file may say a character set, or none.
    MapInfo,
}

/// A format.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// As people call it.
    pub(super) name: &'static str,
    /// Endings, in small letters and without the dot.
    pub(super) endings: &'static [&'static str],
    /// Drivers that may open it; the first that GDAL has, is asked first.
    pub(super) drivers: &'static [&'static str],
    /// Options of the driver.
    pub(super) options: &'static [&'static str],
    pub(super) care: Care,
    /// It is a folder.
    pub(super) folder: bool,
}

const fn plain(name: &'static str, endings: &'static [&'static str], drivers: &'static [&'static str]) -> Format {
    Format { name, endings, drivers, options: &[], care: Care::Plain, folder: false }
}

/// Every vector format. In an archive with several, the earlier ones are what was meant.
pub(super) const FORMATS: &[Format] = &[
    plain("GeoPackage", &["gpkg"], &["GPKG"]),
    Format { folder: true, ..plain("file geodatabase", &["gdb"], &["OpenFileGDB"]) },
    Format { care: Care::Shapefile, ..plain("shapefile", &["shp", "dbf", "shx"], &["ESRI Shapefile"]) },
    plain("GeoJSON", &["geojson"], &["GeoJSON"]),
    plain("GeoJSON", &["json"], &["GeoJSON", "GeoJSONSeq"]),
    plain("GeoJSON lines", &["geojsonl", "geojsons", "ndjson", "jsonl"], &["GeoJSONSeq"]),
    Format { options: &["WRITE_GFS=NO", "DOWNLOAD_SCHEMA=NO"], ..plain("GML", &["gml"], &["GML"]) },
    plain("CityGML", &["xml", "citygml"], &["GML"]),
    plain("CityJSON", &["cityjson", "cityjsonl"], &[]),
    plain("EPANET or SWMM model", &["inp"], &[]),
    plain("FlatGeobuf", &["fgb"], &["FlatGeobuf"]),
    plain("KML", &["kml", "kmz"], &["LIBKML", "KML"]),
    Format { care: Care::MapInfo, ..plain("MapInfo table", &["tab", "mif"], &["MapInfo File"]) },
    Format { care: Care::OpenStreetMap, ..plain("OpenStreetMap extract", &["pbf", "osm"], &["OSM"]) },
    Format { care: Care::Interlis, ..plain("INTERLIS 1 file", &["itf"], &["Interlis 1"]) },
    plain("GeoParquet", &["parquet", "geoparquet"], &["Parquet"]),
    plain("Arrow", &["arrow", "arrows", "feather"], &["Arrow"]),
    Format { care: Care::Drawing, ..plain("DXF", &["dxf"], &["DXF"]) },
    Format { care: Care::Workbook, ..plain("workbook", &["xlsx", "xlsm", "xlsb", "xls", "ods"], &["CSV", "ODS"]) },
    Format {
        care: Care::Table,
        options: &["AUTODETECT_TYPE=NO", "KEEP_GEOM_COLUMNS=YES"],
        ..plain("CSV", &["csv", "tsv", "txt"], &["CSV"])
    },
];

/// What a file without a known ending may be: what tells itself apart by its first bytes.
pub(super) const ANY: Format = plain(
    "vector file that could be recognised",
    &[],
    &["GPKG", "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "GML", "FlatGeobuf", "DXF", "CSV"],
);

/// Formats that are not read, and what to do instead.
const FOREIGN: &[(&[&str], &str)] = &[
    (&["dwg"], "DWG is read by CAD programs only: save it there as DXF (R2010 or later)"),
    (&["dgn"], "save it as DXF where it was drawn"),
    (
        &["mdb", "accdb"],
        "export the layers from the Access or personal geodatabase to a file geodatabase or GeoPackage",
    ),
    (&["rar", "7z", "tar", "tgz", "bz2", "xz"], "unpack it first; only .zip and .gz are unpacked here"),
    (&["shz"], "rename it to .zip"),
    (&["qgz", "qgs", "mxd", "aprx"], "this is a project, not its data: name the files that the project shows"),
    (&["mid", "map", "id", "ind"], "name the .tab or .mif file; this is a part of it"),
    (&["prj", "cpg", "sbn", "sbx", "qpj"], "name the .shp file; this is a part of it"),
    (&["ili", "imd", "xsd"], "this is the model; name the file with the rows"),
    (&["pdf"], "a plan in PDF is a picture: ask for the drawing or the survey table behind it"),
];

/// The ending of a file's name, in small letters.
pub(super) fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// The format that a file's name tells; `None` where it tells none.
pub(super) fn known(path: &Path) -> Option<&'static Format> {
    let ending = ending(path);
    FORMATS.iter().find(|format| format.endings.contains(&ending.as_str()))
}

/// What to do with a file in a format that is not read.
pub(super) fn foreign(path: &Path) -> Option<&'static str> {
    let ending = ending(path);
    FOREIGN.iter().find(|(endings, _)| endings.contains(&ending.as_str())).map(|(_, advice)| *advice)
}

/// What to do where this machine's GDAL lacks a format's driver.
pub(super) fn missing_driver(format: &Format) -> (String, String) {
    let since = match format.drivers {
        ["Parquet" | "Arrow"] => "GDAL 3.5 or later built with the Arrow libraries has it (Debian's package is not)",
        ["LIBKML", ..] => "GDAL built with libkml has it",
        _ => "GDAL with all its drivers has it",
    };
    let reason = format!(
        "GDAL {} on this machine cannot read {}: {since}",
        gdal::version::version_info("RELEASE_NAME"),
        format.name
    );
    let hint =
        "convert it where it was made, for example `ogr2ogr rows.gpkg FILE` with QGIS's GDAL, and name the GeoPackage";
    (reason, hint.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_means_one_format() {
        let mut seen = std::collections::HashSet::new();
        let foreign = FOREIGN.iter().flat_map(|(endings, _)| endings.iter());
        for ending in FORMATS.iter().flat_map(|format| format.endings).chain(foreign) {
            assert!(seen.insert(*ending), "{ending} is there twice");
        }
    }

    #[test]
    fn endings_are_known_in_any_case() {
        assert_eq!(known(Path::new("a/宗地.SHP")).unwrap().name, "shapefile");
        assert_eq!(known(Path::new("a.osm.pbf")).unwrap().care, Care::OpenStreetMap);
        assert_eq!(known(Path::new("a")), None);
        assert!(foreign(Path::new("plan.DWG")).unwrap().contains("DXF"));
    }
}
