-- Gives the rows that a run changed their content from before it; the content from it goes to the change log.
WITH
    -- as the run left them
    before AS (
        SELECT t.feature_id, t.key, t.layer, {geom} AS geom, {bytes} AS bytes,
            (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) AS state
        FROM twin.change_log AS c
        JOIN twin.{table} AS t ON t.park_id = $1 AND t.feature_id = c.feature_id
        WHERE c.park_id = $1 AND c.run_id = $4 AND c.table_name = $3 AND c.op = 'changed'
    ),
    -- the content from before
    changed AS (
        UPDATE twin.{table} AS t
        SET {restored}
        FROM twin.change_log AS c, LATERAL jsonb_populate_record(NULL::twin.{table}, c.before) AS p
        WHERE c.park_id = $1 AND c.run_id = $4 AND c.table_name = $3 AND c.op = 'changed'
          AND t.park_id = $1 AND t.feature_id = c.feature_id
        RETURNING t.feature_id
    )
INSERT INTO twin.change_log
    (park_id, run_id, table_name, layer, op, feature_id, key, before, before_geom, before_bytes)
SELECT $1, $2, $3, layer, 'changed', feature_id, key, state, geom, bytes
FROM before JOIN changed USING (feature_id);
