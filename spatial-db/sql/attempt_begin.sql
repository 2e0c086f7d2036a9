-- A note that an import begins. Its number is locked by this session: who finds the lock free finds the session gone.
WITH
    -- the note
    noted AS (
        INSERT INTO twin.import_attempt (park_slug, started, host, pid, command)
        VALUES ($1, $2, $3, $4, $5)
        RETURNING attempt_id
    )
SELECT attempt_id, pg_advisory_lock(x'74776971'::int, (attempt_id % 2147483648)::int)::text FROM noted;
