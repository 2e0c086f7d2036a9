-- Removes rows by number; their last state goes to the change log.
WITH
    -- rows that go
    gone AS (
        DELETE FROM twin.{table} AS t
        WHERE t.park_id = $1 AND t.feature_id = ANY ($5)
        RETURNING t.feature_id, t.key, {geom} AS geom, {bytes} AS bytes,
            (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) AS state
    )
INSERT INTO twin.change_log
    (park_id, run_id, table_name, layer, op, feature_id, key, before, before_geom, before_bytes)
SELECT $1, $2, $3, $4, 'removed', feature_id, key, state, geom, bytes FROM gone;
