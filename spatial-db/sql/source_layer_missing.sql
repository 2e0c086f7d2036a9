-- Notes layers again that a run had forgotten and no later one knows, as notes of the run that undoes it.
INSERT INTO twin.source_layer (park_id, table_name, layer, source, row_count, run_id)
SELECT p.park_id, p.table_name, p.layer, p.source, p.row_count, $3
FROM twin.set_aside AS a, LATERAL jsonb_populate_record(NULL::twin.source_layer, a.content) AS p
WHERE a.park_id = $1 AND a.run_id = $2 AND a.table_name = 'source_layer' AND a.op = 'ended'
ON CONFLICT (park_id, table_name, layer) DO NOTHING;
