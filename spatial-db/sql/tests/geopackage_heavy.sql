-- A view of a hostile GeoPackage with one value of 400 MB.
CREATE VIEW heavy AS SELECT 1 AS fid, printf('%.*c', 400000000, 'x') AS ID;
