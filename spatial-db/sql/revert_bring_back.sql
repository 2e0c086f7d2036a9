-- Brings back the rows that a run removed, under their old numbers.
WITH
    -- as they were
    back AS (
        INSERT INTO twin.{table} (feature_id, {columns})
        SELECT c.feature_id, {past}
        FROM twin.change_log AS c, LATERAL jsonb_populate_record(NULL::twin.{table}, c.before) AS p
        WHERE c.park_id = $1 AND c.run_id = $4 AND c.table_name = $3 AND c.op = 'removed'
        ORDER BY c.feature_id
        RETURNING feature_id, key, layer
    )
INSERT INTO twin.change_log (park_id, run_id, table_name, layer, op, feature_id, key)
SELECT $1, $2, $3, layer, 'added', feature_id, key FROM back;
