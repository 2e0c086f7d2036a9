-- One entry for many new rows at once.
INSERT INTO twin.change_log (park_id, run_id, table_name, layer, op, row_count)
VALUES ($1, $2, $3, $4, 'loaded', $5);
