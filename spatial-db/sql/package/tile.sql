-- A tile.
INSERT INTO {table} (id, zoom_level, tile_column, tile_row, tile_data) VALUES (?1, ?2, ?3, ?4, ?5);
