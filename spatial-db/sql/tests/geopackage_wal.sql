-- Writes of a GeoPackage go to a file beside it.
PRAGMA journal_mode = WAL;
