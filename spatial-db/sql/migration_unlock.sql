-- Lets the next program migrate.
SELECT pg_advisory_unlock(x'7477696e'::int, 0);
