-- One program at a time makes the template.
SELECT pg_advisory_lock(x'74776970'::int, 0);
