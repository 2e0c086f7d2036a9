-- A park's row, kept as it is by others until the load ends.
SELECT park_id, srid FROM twin.park WHERE slug = $1 FOR NO KEY UPDATE;
