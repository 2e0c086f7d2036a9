-- A table of tiles.
CREATE TABLE {table} (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    zoom_level  INTEGER NOT NULL,
    tile_column INTEGER NOT NULL,
    tile_row    INTEGER NOT NULL,
    tile_data   BLOB NOT NULL,
    UNIQUE (zoom_level, tile_column, tile_row)
);
