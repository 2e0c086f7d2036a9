-- The last run of a park, with what it read and what it reported.
SELECT r.run_id, r.fingerprint, r.report, p.srid
FROM twin.park AS p
JOIN twin.import_run AS r ON r.park_id = p.park_id
WHERE p.slug = $1 AND r.finished IS NOT NULL
ORDER BY r.run_id DESC
LIMIT 1;
