-- Forgets a layer; what was noted of it is set aside.
WITH
    -- the note that goes
    gone AS (
        DELETE FROM twin.source_layer AS known
        WHERE park_id = $1 AND table_name = $2 AND layer = $3
        RETURNING to_jsonb(known) AS content
    )
INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
SELECT $1, $4, 'source_layer', 'ended', content FROM gone;
