-- Ends the rows beside features that a run wrote or restored.
WITH
    -- rows that go
    gone AS (
        DELETE FROM twin.{table} AS q
        WHERE q.park_id = $1 AND (q.run_id = $4 OR EXISTS (
            SELECT FROM twin.set_aside AS a
            WHERE a.park_id = $1 AND a.run_id = $4 AND a.table_name = $3 AND a.op = 'restored' AND {same}
        ))
        RETURNING to_jsonb(q) AS content
    )
INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
SELECT $1, $2, $3, 'ended', content FROM gone;
