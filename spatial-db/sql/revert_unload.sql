-- Takes out the rows that a run loaded many at once.
WITH
    -- layers that were loaded so
    loaded AS (
        SELECT DISTINCT layer FROM twin.change_log
        WHERE park_id = $1 AND run_id = $4 AND table_name = $3 AND op = 'loaded'
    ),
    -- rows of the run that were there before it
    older AS (
        SELECT feature_id FROM twin.change_log
        WHERE park_id = $1 AND run_id = $4 AND table_name = $3 AND op = 'changed'
    ),
    -- rows that go
    gone AS (
        DELETE FROM twin.{table} AS t
        WHERE t.park_id = $1 AND t.run_id = $4
          AND t.layer IN (SELECT layer FROM loaded)
          AND t.feature_id NOT IN (SELECT feature_id FROM older)
        RETURNING t.feature_id, t.key, t.layer, {geom} AS geom, {bytes} AS bytes,
            (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) AS state
    )
INSERT INTO twin.change_log
    (park_id, run_id, table_name, layer, op, feature_id, key, before, before_geom, before_bytes)
SELECT $1, $2, $3, layer, 'removed', feature_id, key, state, geom, bytes FROM gone;
