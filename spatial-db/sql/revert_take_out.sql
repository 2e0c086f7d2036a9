-- Takes out the rows that a run added one by one.
WITH
    -- rows that go
    gone AS (
        DELETE FROM twin.{table} AS t
        USING twin.change_log AS c
        WHERE c.park_id = $1 AND c.run_id = $4 AND c.table_name = $3 AND c.op = 'added'
          AND t.park_id = $1 AND t.feature_id = c.feature_id
        RETURNING t.feature_id, t.key, t.layer, {geom} AS geom, {bytes} AS bytes,
            (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) AS state
    )
INSERT INTO twin.change_log
    (park_id, run_id, table_name, layer, op, feature_id, key, before, before_geom, before_bytes)
SELECT $1, $2, $3, layer, 'removed', feature_id, key, state, geom, bytes FROM gone;
