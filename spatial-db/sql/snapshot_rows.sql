-- Every row of a park in a table.
SELECT feature_id, key, layer, source_row, attributes{columns} FROM twin.{table} WHERE park_id = $1 ORDER BY feature_id;
