-- What a column means.
INSERT INTO gpkg_data_columns (table_name, column_name, description) VALUES (?1, ?2, ?3);
