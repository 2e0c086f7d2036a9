-- A run's row; it is seen by others only once the run is committed.
INSERT INTO twin.import_run (park_id, started, command, program_version, manifest)
VALUES ($1, $2, $3, $4, $5)
RETURNING run_id;
