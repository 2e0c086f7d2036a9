-- Ends what earlier runs rejected of layers that this run read or that are no longer there; what this run rejected just
-- so again stays the entry that it was.
WITH
    -- rejected by this run
    fresh AS (
        SELECT quarantine_id, layer, source, source_row, code, reason, fix, raw,
            row_number() OVER (PARTITION BY layer, source, source_row, code, reason, fix, raw) AS nth
        FROM twin.quarantine WHERE park_id = $1 AND run_id = $2
    ),
    -- rejected before
    old AS (
        SELECT quarantine_id, layer, source, source_row, code, reason, fix, raw,
            row_number() OVER (PARTITION BY layer, source, source_row, code, reason, fix, raw) AS nth
        FROM twin.quarantine
        WHERE park_id = $1 AND run_id <> $2 AND (layer = ANY ($3) OR NOT layer = ANY ($4))
    ),
    -- both
    same AS (
        SELECT fresh.quarantine_id AS fresh_id, old.quarantine_id AS old_id
        FROM fresh JOIN old USING (layer, source, source_row, code, reason, fix, raw, nth)
    ),
    -- entries that say nothing new
    again AS (
        DELETE FROM twin.quarantine WHERE park_id = $1 AND quarantine_id IN (SELECT fresh_id FROM same)
    ),
    -- entries that no longer hold
    gone AS (
        DELETE FROM twin.quarantine AS q
        WHERE q.park_id = $1
          AND q.quarantine_id IN (SELECT quarantine_id FROM old)
          AND q.quarantine_id NOT IN (SELECT old_id FROM same)
        RETURNING to_jsonb(q) AS content
    )
INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
SELECT $1, $2, 'quarantine', 'ended', content FROM gone;
