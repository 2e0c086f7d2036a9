-- Lists a view among the layers of a GeoPackage.
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('{view}', 'attributes', '{view}');
