-- Lets go of an attempt's number.
SELECT pg_advisory_unlock(x'74776971'::int, ($1::bigint % 2147483648)::int);
