-- Rows of a park by table.
SELECT table_name, sum(row_count)::bigint AS row_count FROM twin.source_layer WHERE park_id = $1 GROUP BY table_name;
