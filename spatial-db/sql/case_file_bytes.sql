-- The bytes of a file attached to a case.
SELECT bytes FROM twin.case_file WHERE park_id = $1 AND case_id = $2 AND seq = $3;
