-- Makes every check of a park run again with its next import: a revert put rows back.
DELETE FROM twin.check_state WHERE park_id = $1;
