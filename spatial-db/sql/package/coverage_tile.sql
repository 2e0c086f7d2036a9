-- Lowest, highest and mean height of a tile, and how they spread.
INSERT INTO gpkg_2d_gridded_tile_ancillary (tpudt_name, tpudt_id, scale, offset, min, max, mean, std_dev)
VALUES (?1, ?2, 1.0, 0.0, ?3, ?4, ?5, ?6);
