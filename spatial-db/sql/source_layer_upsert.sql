-- Notes which file a layer came from and how many rows it has now.
INSERT INTO twin.source_layer AS known (park_id, table_name, layer, source, row_count, run_id)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (park_id, table_name, layer) DO UPDATE
SET source = excluded.source, row_count = excluded.row_count, run_id = excluded.run_id;
