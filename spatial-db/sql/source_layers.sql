-- Layers that a park has rows of, by table, and how many.
SELECT table_name, layer, source, row_count FROM twin.source_layer WHERE park_id = $1 ORDER BY table_name, layer;
