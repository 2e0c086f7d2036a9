-- Forgets a layer.
DELETE FROM twin.source_layer WHERE park_id = $1 AND table_name = $2 AND layer = $3;
