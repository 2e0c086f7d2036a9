-- The tiles of a park's terrain.
SELECT feature_id, tile_column, tile_row, origin_x_m, origin_y_m, cell_m, columns, rows, heights
FROM twin.terrain_tile WHERE park_id = $1 ORDER BY tile_row, tile_column;
