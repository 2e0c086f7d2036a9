-- The last run of a park, and whether this user may read what runs changed.
SELECT p.park_id, r.run_id, r.finished, has_table_privilege('twin.change_log', 'SELECT') AS sees_changes
FROM twin.park AS p
LEFT JOIN LATERAL (
    SELECT run_id, finished FROM twin.import_run
    WHERE park_id = p.park_id AND finished IS NOT NULL
    ORDER BY run_id DESC LIMIT 1
) AS r ON true
WHERE p.slug = $1;
