-- Counts the rows of a table's layers anew.
UPDATE twin.source_layer AS s
SET row_count = (SELECT count(*) FROM twin.{table} AS t WHERE t.park_id = $1 AND t.layer = s.layer)
WHERE s.park_id = $1 AND s.table_name = $2;
