-- Issues of a park about one table, each with the place where it is shown: its own, or a point on its feature.
SELECT
    i.issue_id, i.run_id, i.check_code, i.code, i.severity, i.table_name, i.layer, i.source, i.source_row, i.feature_id, i.key,
    i.other_table, i.other_feature, i.other_key, i.reason, i.fix, i.facts, i.quarantine_id, coalesce(i.geom, {point}) AS geom
FROM twin.issue AS i
LEFT JOIN twin.{table} AS t ON t.park_id = i.park_id AND t.feature_id = i.feature_id
WHERE i.park_id = $1 AND i.table_name = '{name}'
ORDER BY i.issue_id;
