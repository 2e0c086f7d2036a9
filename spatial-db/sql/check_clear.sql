-- Forgets what a check found before.
DELETE FROM twin.issue WHERE park_id = $1 AND check_code = $2;
