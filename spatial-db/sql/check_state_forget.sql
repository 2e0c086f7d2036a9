-- Makes a check run again.
DELETE FROM twin.check_state WHERE park_id = $1 AND check_code = $2;
