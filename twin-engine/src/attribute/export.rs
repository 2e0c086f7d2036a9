//! Rows as a CSV file that a spreadsheet opens: UTF-8 with a mark for Excel, quotes where needed, units in the headings.

use std::io::Write;
use std::path::Path;

use super::{Column, Layer};

/// Writes `rows` of `layer` to `path`, whole or not at all.
///
/// # Errors
/// The file cannot be written.
pub fn write_csv(path: &Path, layer: &Layer<'_>, columns: &[Column], rows: &[u32]) -> std::io::Result<()> {
    let beside = path.with_extension("csv.new");
    {
        let mut file = std::io::BufWriter::new(std::fs::File::create(&beside)?);
        // Without it Excel reads Chinese as Latin letters.
        file.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(columns.iter().map(|column| match column.unit {
            "" => column.name.clone(),
            unit => format!("{} ({unit})", column.name),
        }))?;
        for row in rows {
            csv.write_record(columns.iter().map(|column| layer.cell(column, *row as usize).to_string()))?;
        }
        csv.flush()?;
    }
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use spatial_db::model::FeatureKind;

    use super::*;
    use crate::attribute::columns;
    use crate::fixture;

    #[test]
    fn a_spreadsheet_reads_back_every_row_and_awkward_words() {
        let mut park = (*fixture::tiny().snapshot).clone();
        park.buildings[0].name = Some("Hall \"A\", east\n青溪".into());
        let layer = Layer { park: &park, kind: FeatureKind::Building, overlay: None };
        let columns = columns(&park, FeatureKind::Building, None);
        let path = std::env::temp_dir().join(format!("twin-export-{}.csv", std::process::id()));
        write_csv(&path, &layer, &columns, &[2, 0]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let text = text.strip_prefix('\u{feff}').expect("a mark for Excel");
        let mut read = csv::Reader::from_reader(text.as_bytes());
        let headings = read.headers().unwrap().clone();
        assert!(headings.iter().any(|h| h == "height_m (m)"), "{headings:?}");
        let name = headings.iter().position(|h| h == "name").unwrap();
        let read: Vec<csv::StringRecord> = read.records().map(Result::unwrap).collect();
        assert_eq!(read.len(), 2);
        assert_eq!((&read[0][name], &read[1][name]), ("Hall 3", "Hall \"A\", east\n青溪"));
        assert!(read.iter().all(|record| record.len() == columns.len()));
    }
}
