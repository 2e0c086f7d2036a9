-- The checks as each last ran.
SELECT check_code, fingerprint FROM twin.check_state WHERE park_id = $1;
