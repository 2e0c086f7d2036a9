-- Layers that a park has rows of, by table.
SELECT table_name, layer FROM twin.source_layer WHERE park_id = $1 ORDER BY table_name, layer;
