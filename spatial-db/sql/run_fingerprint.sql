-- Notes what a run read.
UPDATE twin.import_run SET fingerprint = $3 WHERE park_id = $1 AND run_id = $2;
