-- What kind of SQLite file this is; a GeoPackage says 0x47504B47.
PRAGMA application_id;
