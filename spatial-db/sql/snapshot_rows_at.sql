-- Every row of a park in a table as it was after a run.
WITH
    -- the first entry after that run of each feature that has one: what it was before is what it was then
    later AS (
        SELECT DISTINCT ON (feature_id) *
        FROM twin.change_log
        WHERE park_id = $1 AND table_name = $3 AND run_id > $2 AND op <> 'loaded'
        ORDER BY feature_id, change_id
    )
SELECT t.feature_id, t.key, t.layer, t.source_row, t.attributes, {now}
FROM twin.{table} AS t
WHERE t.park_id = $1 AND t.run_id <= $2 AND t.feature_id NOT IN (SELECT feature_id FROM later)
UNION ALL
SELECT c.feature_id, c.key, p.layer, p.source_row, p.attributes, {past}
FROM later AS c, LATERAL jsonb_populate_record(NULL::twin.{table}, c.before) AS p
WHERE c.before IS NOT NULL AND c.before_run_id <= $2
ORDER BY feature_id;
