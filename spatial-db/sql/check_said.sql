-- Keeps a word about a check that could not be made, or was left out.
INSERT INTO twin.issue (park_id, run_id, check_code, code, severity, layer, source, reason, fix, facts)
VALUES ($1, $2, $3, $4, $5, '', '', $6, $7, $8);
