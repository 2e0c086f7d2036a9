-- Puts back the rows beside features that a run ended.
WITH
    -- as they were
    back AS (
        INSERT INTO twin.{table} AS q
        SELECT p.* FROM twin.set_aside AS a, LATERAL jsonb_populate_record(NULL::twin.{table}, a.content) AS p
        WHERE a.park_id = $1 AND a.run_id = $4 AND a.table_name = $3 AND a.op = 'ended'
        RETURNING to_jsonb(q) AS content
    )
INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
SELECT $1, $2, $3, 'restored', content FROM back;
