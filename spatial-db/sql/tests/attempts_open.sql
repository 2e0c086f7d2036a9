-- Notes of imports that did not end.
SELECT count(*) FROM twin.import_attempt WHERE finished IS NULL;
