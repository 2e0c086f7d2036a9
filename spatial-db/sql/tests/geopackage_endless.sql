-- A view of a hostile GeoPackage that never ends.
CREATE VIEW endless AS
WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, 'a' AS ID FROM c;
