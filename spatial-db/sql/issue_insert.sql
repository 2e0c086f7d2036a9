-- Keeps the issues of a layer's rows, each with its feature or, where the row was left out, its row in quarantine.
INSERT INTO twin.issue (
    park_id, run_id, code, severity, table_name, layer, source, source_row, feature_id, key, other_table, other_feature,
    other_key, reason, fix, facts, quarantine_id, geom)
SELECT
    $1, $2, s.code, s.severity, $3, s.layer, s.source, s.source_row,
    CASE WHEN NOT s.rejected THEN t.feature_id END, s.key,
    CASE WHEN s.rejected AND t.feature_id IS NOT NULL THEN $3 END,
    CASE WHEN s.rejected THEN t.feature_id END,
    CASE WHEN s.rejected THEN t.key END,
    s.reason, s.fix, s.facts, q.quarantine_id, ST_SetSRID(s.geom, $4)
FROM pg_temp.twin_issue_stage AS s
-- the feature, or for a duplicate the one that has its key
LEFT JOIN twin.{table} AS t ON t.park_id = $1 AND t.key = s.key AND (NOT s.rejected OR s.code = 'key.duplicate')
LEFT JOIN twin.quarantine AS q
    ON s.rejected AND q.park_id = $1 AND q.layer = s.layer AND q.source_row = s.source_row AND q.code = s.code
WHERE s.layer = $5;
