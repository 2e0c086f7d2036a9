-- Whether any table holds rows of the park.
SELECT EXISTS (SELECT FROM twin.source_layer WHERE park_id = $1 AND row_count > 0) AS has_rows;
