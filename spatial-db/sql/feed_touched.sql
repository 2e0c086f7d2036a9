-- Rows of a table that runs since one touched: those in the log, and those that were loaded many at once.
SELECT feature_id FROM twin.change_log
WHERE park_id = $1 AND run_id > $2 AND table_name = $3 AND op <> 'loaded'
UNION
SELECT feature_id FROM twin.{table} WHERE $4 AND park_id = $1 AND run_id > $2;
