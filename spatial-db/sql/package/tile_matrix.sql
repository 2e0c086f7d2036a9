-- A level of a table of tiles.
INSERT INTO gpkg_tile_matrix (
    table_name, zoom_level, matrix_width, matrix_height, tile_width, tile_height, pixel_x_size, pixel_y_size)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);
