-- A tile of a pyramid.
SELECT tile_data FROM {table} WHERE id = ?1;
