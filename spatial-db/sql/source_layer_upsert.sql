-- Notes which file a layer came from and how many rows it has now, if that is anything new.
WITH
    -- what was noted before
    before AS (
        SELECT to_jsonb(known) AS content FROM twin.source_layer AS known
        WHERE park_id = $1 AND table_name = $2 AND layer = $3 AND (source, row_count) IS DISTINCT FROM ($4, $5)
    ),
    -- it can be had back
    aside AS (
        INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
        SELECT $1::int, $6::bigint, 'source_layer', 'ended', content FROM before
    )
INSERT INTO twin.source_layer AS known (park_id, table_name, layer, source, row_count, run_id)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (park_id, table_name, layer) DO UPDATE
SET source = excluded.source, row_count = excluded.row_count, run_id = excluded.run_id
WHERE (known.source, known.row_count) IS DISTINCT FROM (excluded.source, excluded.row_count);
