-- Keeps what a check over whole tables found.
WITH
    -- what is wrong: code, feature, second feature, reason, figures, place
    found AS MATERIALIZED (
{found}
    ),
    -- codes that the manifest leaves on, with their severity and what to do
    known AS (
        SELECT k.code, k.severity, k.fix
        FROM unnest({codes}::text[], {severities}::text[], {fixes}::text[]) AS k (code, severity, fix)
    )
INSERT INTO twin.issue (
    park_id, run_id, check_code, code, severity, table_name, layer, source, source_row, feature_id, key, other_table,
    other_feature, other_key, reason, fix, facts, geom)
SELECT
    {park}::int, {run}::bigint, {check}::text, k.code, k.severity, '{subject}', coalesce(t.layer, f.layer, ''),
    coalesce(l.source, ''), t.source_row, f.feature_id, t.key,
    CASE WHEN f.other_feature IS NOT NULL OR f.other_key IS NOT NULL THEN '{other}' END, f.other_feature,
    coalesce(o.key, f.other_key), f.reason, k.fix, f.facts, f.geom
FROM found AS f
JOIN known AS k ON k.code = f.code
LEFT JOIN twin.{subject} AS t ON t.park_id = {park}::int AND t.feature_id = f.feature_id
LEFT JOIN twin.{other} AS o ON o.park_id = {park}::int AND o.feature_id = f.other_feature
LEFT JOIN twin.source_layer AS l
    ON l.park_id = {park}::int AND l.table_name = '{subject}' AND l.layer = coalesce(t.layer, f.layer);
