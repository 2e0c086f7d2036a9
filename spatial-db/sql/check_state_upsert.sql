-- Notes that a check ran.
INSERT INTO twin.check_state AS known (park_id, check_code, run_id, fingerprint, tolerances, millis)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (park_id, check_code) DO UPDATE
SET run_id = excluded.run_id, fingerprint = excluded.fingerprint, tolerances = excluded.tolerances, millis = excluded.millis;
