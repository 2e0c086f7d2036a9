-- The bytes of a file attached to a case.
INSERT INTO twin.case_file (park_id, case_id, seq, bytes) VALUES ($1, $2, $3, $4);
