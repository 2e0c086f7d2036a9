-- Every tile of a table.
SELECT id, zoom_level, tile_column, tile_row, tile_data FROM {table} ORDER BY id;
