-- Adds PostGIS to this database.
CREATE EXTENSION IF NOT EXISTS postgis;
