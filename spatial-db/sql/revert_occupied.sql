-- Keys of rows that a run removed and that another run has given to a new feature since.
SELECT r.run_id, count(*) AS features, (array_agg(r.key ORDER BY r.key))[1:5] AS keys
FROM twin.change_log AS c
JOIN twin.{table} AS r ON r.park_id = c.park_id AND r.key = c.key AND r.feature_id <> c.feature_id
WHERE c.park_id = $1 AND c.run_id = $2 AND c.table_name = $3 AND c.op = 'removed' AND r.run_id <> $2
  AND NOT EXISTS (
      SELECT FROM twin.change_log AS a
      WHERE a.park_id = $1 AND a.run_id = $2 AND a.table_name = $3 AND a.op = 'added' AND a.feature_id = r.feature_id
  )
GROUP BY r.run_id ORDER BY r.run_id DESC;
