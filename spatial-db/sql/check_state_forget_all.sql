-- Makes every check of a park run again with its next import, and forgets what they found: a revert put rows back, and
-- findings about rows that are no longer so would mislead.
WITH
    findings AS (DELETE FROM twin.issue WHERE park_id = $1 AND check_code IS NOT NULL)
DELETE FROM twin.check_state WHERE park_id = $1;
