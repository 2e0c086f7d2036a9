-- Issues of a park counted by code, severity and layer.
SELECT code, severity, layer, count(*) AS issue_count, count(quarantine_id) AS quarantined
FROM twin.issue
WHERE park_id = $1 AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR layer = $3) AND ($4::text IS NULL OR severity = $4)
GROUP BY code, severity, layer
ORDER BY array_position(ARRAY['error', 'warning', 'note'], severity), code, layer;
