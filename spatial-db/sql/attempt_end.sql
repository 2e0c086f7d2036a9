-- Says how an import ended that wrote nothing.
UPDATE twin.import_attempt SET finished = clock_timestamp(), outcome = $2, reason = $3
WHERE attempt_id = $1 AND finished IS NULL;
