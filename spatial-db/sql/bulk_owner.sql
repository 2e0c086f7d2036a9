-- Whether this user owns a table, and so may take its indexes off.
SELECT pg_has_role(current_user, relowner, 'USAGE') AS owned FROM pg_class WHERE oid = format('twin.%I', $1::text)::regclass;
