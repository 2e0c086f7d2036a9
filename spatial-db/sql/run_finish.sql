-- Ends a run: its report, an entry in the audit log, and a word to whoever listens.
WITH
    -- the report goes to the run
    finished AS (
        UPDATE twin.import_run SET finished = clock_timestamp(), report = $3
        WHERE park_id = $1 AND run_id = $2
        RETURNING kind, command, reverts
    ),
    -- the audit log says who did it
    audited AS (
        INSERT INTO twin.audit_log (park_id, action, detail)
        SELECT $1, kind, jsonb_strip_nulls(jsonb_build_object('run_id', $2::bigint, 'command', command, 'reverts', reverts))
        FROM finished
    )
SELECT pg_notify('twin_change', $1::text);
