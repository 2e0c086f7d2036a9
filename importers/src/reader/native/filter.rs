//! A manifest's `filter` on native rows: GDAL judges each row in a layer in memory that holds no other.

use gdal::vector::{Feature, LayerAccess, LayerOptions, OGRFieldType};
use gdal::{Dataset, DriverManager};

use super::Stop;
use super::row::{Layer, Row, Value};
use crate::reader::ogr::{self, FieldKind};
use crate::reader::protocol::ReadFailure;

/// A condition and the layer in memory that it is put to.
pub(super) struct Filter {
    dataset: Dataset,
}

fn broken(error: gdal::errors::GdalError) -> Stop {
    Stop::Failed(ReadFailure::BadFilter { reason: error.to_string() })
}

impl Filter {
    /// Compiles the condition against a layer's fields.
    pub(super) fn new(text: &str, layer: &Layer) -> Result<Self, ReadFailure> {
        let bad = |error: gdal::errors::GdalError| ReadFailure::BadFilter { reason: error.to_string() };
        let driver = DriverManager::get_driver_by_name("Memory").map_err(bad)?;
        let mut dataset = driver.create_vector_only("").map_err(bad)?;
        {
            let mut scratch = dataset.create_layer(LayerOptions::default()).map_err(bad)?;
            let fields: Vec<(&str, OGRFieldType::Type)> = layer
                .fields
                .iter()
                .map(|field| {
                    let kind = match field.kind {
                        FieldKind::Integer => OGRFieldType::OFTInteger64,
                        FieldKind::Real => OGRFieldType::OFTReal,
                        _ => OGRFieldType::OFTString,
                    };
                    (field.name.as_str(), kind)
                })
                .collect();
            scratch.create_defn_fields(&fields).map_err(bad)?;
            ogr::reset_error();
            if scratch.set_attribute_filter(text).is_err() {
                let reason = ogr::last_error().unwrap_or_else(|| "GDAL does not understand it".to_owned());
                return Err(ReadFailure::BadFilter { reason });
            }
        }
        Ok(Self { dataset })
    }

    /// Whether a row meets the condition.
    pub(super) fn passes(&mut self, row: &Row) -> Result<bool, Stop> {
        let mut scratch = self.dataset.layer(0).map_err(broken)?;
        let fid = {
            let mut feature = Feature::new(scratch.defn()).map_err(broken)?;
            for (index, value) in row.values.iter().enumerate() {
                match value {
                    Value::Null => Ok(()),
                    Value::Integer(value) => feature.set_field_integer64(index, *value),
                    Value::Real(value) => feature.set_field_double(index, *value),
                    // GDAL's strings end at a NUL.
                    Value::Text(text) => feature.set_field_string(index, &text.replace('\0', "")),
                }
                .map_err(broken)?;
            }
            feature.create(&scratch).map_err(broken)?;
            feature.fid()
        };
        let passes = ogr::Features::new(&mut scratch).next().is_some();
        if let Some(fid) = fid {
            ogr::delete_feature(&scratch, fid);
        }
        Ok(passes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::native::row::Field;

    #[test]
    fn gdal_judges_row_by_row() {
        let layer = Layer {
            fields: [("usage", FieldKind::Text), ("階数", FieldKind::Integer), ("h", FieldKind::Real)]
                .map(|(name, kind)| Field { name: name.to_owned(), kind })
                .to_vec(),
            ..Layer::default()
        };
        let row = |usage: Value, storeys: Value, height: Value| Row {
            values: vec![usage, storeys, height],
            ..Row::default()
        };
        let mut filter = Filter::new("usage LIKE '4%' AND \"階数\" >= 2 AND h IS NOT NULL", &layer).unwrap();
        for (given, expected) in [
            (row("411".into(), Value::Integer(2), 3.5.into()), true),
            (row("411".into(), Value::Integer(1), 3.5.into()), false),
            (row("511".into(), Value::Integer(2), 3.5.into()), false),
            (row(Value::Null, Value::Integer(2), 3.5.into()), false),
            (row("411".into(), Value::Integer(3), Value::Null), false),
            (row("4".into(), Value::Integer(30), 0.0.into()), true),
        ] {
            let Ok(passes) = filter.passes(&given) else { panic!("{given:?}") };
            assert_eq!(passes, expected, "{given:?}");
        }
        assert!(matches!(Filter::new("nothing = 1", &layer), Err(ReadFailure::BadFilter { .. })));
        assert!(matches!(Filter::new("usage = ", &layer), Err(ReadFailure::BadFilter { .. })));
    }
}
