-- Rows of a table per park.
SELECT park_id, count(*) AS row_count FROM twin.{table} GROUP BY park_id;
