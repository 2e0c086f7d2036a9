-- Waits until no other program migrates this database.
SELECT pg_advisory_lock(x'7477696e'::int, 0);
