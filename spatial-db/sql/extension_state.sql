-- The version and schema of PostGIS in this database, if it is there.
SELECT e.extversion AS version, n.nspname AS schema
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'postgis';
