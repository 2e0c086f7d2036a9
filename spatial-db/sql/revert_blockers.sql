-- Later runs, but for given ones, that touched what a run touched: per run and table how many features, and some keys.
WITH
    -- features that the run wrote or removed one by one, and those of its rows loaded at once that something ended
    touched AS (
        SELECT table_name, key FROM twin.change_log WHERE park_id = $1 AND run_id = $2 AND op <> 'loaded'
        UNION
        SELECT table_name, key FROM twin.change_log WHERE park_id = $1 AND before_run_id = $2
    ),
    -- later entries about those
    later AS (
        SELECT DISTINCT c.run_id, c.table_name, c.key
        FROM twin.change_log AS c JOIN touched USING (table_name, key)
        WHERE c.park_id = $1 AND c.run_id > $2 AND NOT c.run_id = ANY ($3)
    )
SELECT run_id, table_name, count(*) AS features, (array_agg(key ORDER BY key))[1:5] AS keys
FROM later GROUP BY run_id, table_name ORDER BY run_id DESC, table_name;
