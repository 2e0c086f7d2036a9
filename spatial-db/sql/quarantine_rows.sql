-- Rejected rows of a park as read, with the place and key that their issues tell.
SELECT q.layer, q.source, q.source_row, q.code, q.reason, q.fix, q.raw, i.key, i.geom
FROM twin.quarantine AS q
LEFT JOIN twin.issue AS i ON i.park_id = q.park_id AND i.quarantine_id = q.quarantine_id
WHERE q.park_id = $1
ORDER BY q.layer, q.source_row, q.quarantine_id;
