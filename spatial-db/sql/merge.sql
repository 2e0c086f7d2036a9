-- Writes the staged rows of a layer; the state before goes to the change log.
WITH
    -- rows that differ, as they were
    before AS (
        SELECT t.feature_id, t.key, {geom} AS geom, {bytes} AS bytes,
            (SELECT to_jsonb(kept) FROM (SELECT {kept}) AS kept) AS state
        FROM pg_temp.twin_stage AS s
        JOIN twin.{table} AS t ON t.park_id = $1 AND t.key = s.key
        WHERE NOT s.is_new
    ),
    -- they take the new content and keep their number
    changed AS (
        UPDATE twin.{table} AS t
        SET {assignments}
        FROM pg_temp.twin_stage AS s
        WHERE t.park_id = $1 AND t.key = s.key AND NOT s.is_new
        RETURNING t.feature_id
    ),
    -- new rows, in the order of the source
    added AS (
        INSERT INTO twin.{table} ({columns})
        SELECT {columns} FROM pg_temp.twin_stage WHERE is_new ORDER BY source_row
        RETURNING feature_id, key
    ),
    -- one entry per changed row, and per added row where there are few
    logged AS (
        INSERT INTO twin.change_log
            (park_id, run_id, table_name, layer, op, feature_id, key, before, before_geom, before_bytes)
        SELECT $1::int, $2::bigint, $3::text, $4::text, 'changed', feature_id, key, state, geom, bytes FROM before
        UNION ALL
        SELECT $1, $2, $3, $4, 'added', feature_id, key, NULL, NULL, NULL FROM added WHERE $5
    )
SELECT (SELECT count(*) FROM changed) AS changed, (SELECT count(*) FROM added) AS added;
