-- Heights as tiles (OGC 17-066r1, Tiled Gridded Coverage Data).
CREATE TABLE gpkg_2d_gridded_coverage_ancillary (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    tile_matrix_set_name TEXT NOT NULL UNIQUE,
    datatype             TEXT NOT NULL DEFAULT 'integer',
    scale                REAL NOT NULL DEFAULT 1.0,
    offset               REAL NOT NULL DEFAULT 0.0,
    precision            REAL DEFAULT 1.0,
    data_null            REAL,
    grid_cell_encoding   TEXT DEFAULT 'grid-value-is-center',
    uom                  TEXT,
    field_name           TEXT DEFAULT 'Height',
    quantity_definition  TEXT DEFAULT 'Height',
    CONSTRAINT fk_g2dgtct_name FOREIGN KEY (tile_matrix_set_name) REFERENCES gpkg_tile_matrix_set (table_name),
    CHECK (datatype IN ('integer', 'float'))
);
CREATE TABLE gpkg_2d_gridded_tile_ancillary (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    tpudt_name TEXT NOT NULL,
    tpudt_id   INTEGER NOT NULL,
    scale      REAL NOT NULL DEFAULT 1.0,
    offset     REAL NOT NULL DEFAULT 0.0,
    min        REAL DEFAULT NULL,
    max        REAL DEFAULT NULL,
    mean       REAL DEFAULT NULL,
    std_dev    REAL DEFAULT NULL,
    CONSTRAINT fk_g2dgtat_name FOREIGN KEY (tpudt_name) REFERENCES gpkg_contents (table_name),
    UNIQUE (tpudt_name, tpudt_id)
);
INSERT INTO gpkg_2d_gridded_coverage_ancillary
    (tile_matrix_set_name, datatype, scale, offset, precision, grid_cell_encoding, uom, field_name, quantity_definition)
VALUES ({name}, 'float', 1.0, 0.0, 1.0, 'grid-value-is-center', 'm', 'Height', 'Height');
INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES
    ('WGS 84 3D', 4979, 'EPSG', 4979,
     'GEOGCS["WGS 84",DATUM["World Geodetic System 1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433],AXIS["Geodetic latitude",NORTH],AXIS["Geodetic longitude",EAST],AXIS["Ellipsoidal height",UP],AUTHORITY["EPSG","4979"]]',
     NULL);
INSERT INTO gpkg_extensions VALUES
    ('gpkg_2d_gridded_coverage_ancillary', NULL, 'gpkg_2d_gridded_coverage', 'http://docs.opengeospatial.org/is/17-066r1/17-066r1.html', 'read-write'),
    ('gpkg_2d_gridded_tile_ancillary', NULL, 'gpkg_2d_gridded_coverage', 'http://docs.opengeospatial.org/is/17-066r1/17-066r1.html', 'read-write'),
    ({name}, 'tile_data', 'gpkg_2d_gridded_coverage', 'http://docs.opengeospatial.org/is/17-066r1/17-066r1.html', 'read-write');
