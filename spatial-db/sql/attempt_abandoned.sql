-- Attempts at a park that never said how they ended and whose session is gone; they are marked so.
WITH
    -- notes without an end
    open AS MATERIALIZED (
        SELECT attempt_id FROM twin.import_attempt
        WHERE park_slug = $1 AND finished IS NULL AND attempt_id IS DISTINCT FROM $2::bigint
    ),
    -- nobody holds their number
    gone AS MATERIALIZED (
        SELECT attempt_id FROM open
        WHERE pg_try_advisory_xact_lock(x'74776971'::int, (attempt_id % 2147483648)::int)
    )
UPDATE twin.import_attempt AS a SET finished = clock_timestamp(), outcome = 'abandoned'
FROM gone WHERE a.attempt_id = gone.attempt_id
RETURNING a.started, a.host, a.pid, a.command, a.begun_by;
