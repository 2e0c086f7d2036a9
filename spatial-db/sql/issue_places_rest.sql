-- Issues of a park about no table.
SELECT
    issue_id, run_id, check_code, code, severity, table_name, layer, source, source_row, feature_id, key, other_table,
    other_feature, other_key, reason, fix, facts, quarantine_id, geom
FROM twin.issue WHERE park_id = $1 AND table_name IS NULL
ORDER BY issue_id;
