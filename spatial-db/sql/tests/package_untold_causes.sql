-- A package as it was before causes told which they are and when they end. A column cannot be dropped beside the triggers of a
-- GeoPackage, which name functions that are not here: the table is made anew.
CREATE TEMP TABLE kept AS
SELECT fid, key, contract_key, kind, date, developed_area_m2, invested, note, layer, source_row, attributes FROM land_event;
DROP TABLE land_event;
CREATE TABLE land_event AS SELECT * FROM kept;
