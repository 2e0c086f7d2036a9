-- A row that somebody adds to a GeoPackage that is open.
INSERT INTO l (geom, ID) SELECT geom, 'late' FROM l LIMIT 1;
