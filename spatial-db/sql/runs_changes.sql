-- How many rows each run of a park added, changed and removed, by table and layer.
SELECT run_id, table_name, layer,
    coalesce(sum(row_count) FILTER (WHERE op IN ('loaded', 'added')), 0)::bigint AS added,
    coalesce(sum(row_count) FILTER (WHERE op = 'changed'), 0)::bigint AS changed,
    coalesce(sum(row_count) FILTER (WHERE op = 'removed'), 0)::bigint AS removed
FROM twin.change_log WHERE park_id = $1
GROUP BY run_id, table_name, layer ORDER BY run_id, table_name, layer;
