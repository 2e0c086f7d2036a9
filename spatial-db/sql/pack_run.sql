-- The last run of a park: what the park holds is as of then.
SELECT run_id, finished FROM twin.import_run WHERE park_id = $1 AND finished IS NOT NULL ORDER BY run_id DESC LIMIT 1;
