-- The highest number of a case of park $1 that the audit log knows.
SELECT coalesce(max((detail ->> 'case_id')::bigint), 0)
FROM twin.audit_log
WHERE park_id = $1 AND action = 'case';
