-- Rows that a run loaded many at once.
SELECT t.layer, t.feature_id, t.key
FROM twin.{table} AS t
WHERE t.park_id = $1 AND t.run_id = $2
  AND t.layer IN (
      SELECT layer FROM twin.change_log WHERE park_id = $1 AND run_id = $2 AND table_name = $3 AND op = 'loaded'
  )
  AND t.feature_id NOT IN (
      SELECT feature_id FROM twin.change_log
      WHERE park_id = $1 AND run_id = $2 AND table_name = $3 AND op = 'changed'
  )
ORDER BY t.feature_id;
