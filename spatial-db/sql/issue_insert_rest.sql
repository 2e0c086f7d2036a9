-- Keeps the issues of layers that reached no table.
INSERT INTO twin.issue (park_id, run_id, code, severity, layer, source, source_row, key, reason, fix, facts, quarantine_id, geom)
SELECT
    $1, $2, s.code, s.severity, s.layer, s.source, s.source_row, s.key, s.reason, s.fix, s.facts, q.quarantine_id,
    ST_SetSRID(s.geom, $3)
FROM pg_temp.twin_issue_stage AS s
LEFT JOIN twin.quarantine AS q
    ON s.rejected AND q.park_id = $1 AND q.layer = s.layer AND q.source_row = s.source_row AND q.code = s.code
WHERE NOT s.layer = ANY ($4);
