-- Counts the rows of a table's layers anew; the notes that change are set aside, but for those that this run made.
WITH
    -- what is there now
    counted AS (
        SELECT s.layer, to_jsonb(s) AS content, s.run_id = $3 AS of_this_run,
            (SELECT count(*) FROM twin.{table} AS t WHERE t.park_id = $1 AND t.layer = s.layer) AS row_count
        FROM twin.source_layer AS s
        WHERE s.park_id = $1 AND s.table_name = $2
    ),
    -- notes that are no longer true
    changed AS (SELECT * FROM counted WHERE row_count <> (content ->> 'row_count')::bigint),
    -- they can be had back
    aside AS (
        INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
        SELECT $1::int, $3::bigint, 'source_layer', 'ended', content FROM changed WHERE NOT of_this_run
    )
UPDATE twin.source_layer AS s SET row_count = changed.row_count, run_id = $3
FROM changed WHERE s.park_id = $1 AND s.table_name = $2 AND s.layer = changed.layer;
