-- Says with which run an import ends; seen by others when that run is.
UPDATE twin.import_attempt SET finished = clock_timestamp(), outcome = 'committed', run_id = $2 WHERE attempt_id = $1;
