-- What the audit log says of the entries of a case.
SELECT (detail ->> 'seq')::int, detail ->> 'hash'
FROM twin.audit_log
WHERE park_id = $1 AND action = 'case' AND (detail ->> 'case_id')::bigint = $2
ORDER BY audit_id;
