-- Issues of a park, errors first.
SELECT
    issue_id, run_id, check_code, code, severity, table_name, layer, source, source_row, feature_id, key, other_table,
    other_feature, other_key, reason, fix, facts, quarantine_id, geom
FROM twin.issue
WHERE park_id = $1 AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR layer = $3) AND ($4::text IS NULL OR severity = $4)
ORDER BY array_position(ARRAY['error', 'warning', 'note'], severity), code, layer, source_row, issue_id
LIMIT $5;
