-- Some rows of a park in a table.
SELECT feature_id, key, layer, source_row, attributes{columns} FROM twin.{table}
WHERE park_id = $1 AND feature_id = ANY ($2)
ORDER BY feature_id;
