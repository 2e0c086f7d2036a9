-- Notes layers again that a run had forgotten and no later one knows.
INSERT INTO twin.source_layer
SELECT p.* FROM twin.set_aside AS a, LATERAL jsonb_populate_record(NULL::twin.source_layer, a.content) AS p
WHERE a.park_id = $1 AND a.run_id = $2 AND a.table_name = 'source_layer' AND a.op = 'ended'
ON CONFLICT (park_id, table_name, layer) DO NOTHING;
