-- Claims a park for this transaction; false while another load has it.
SELECT pg_try_advisory_xact_lock(x'7477696f'::int, hashtext($1)) AS locked;
