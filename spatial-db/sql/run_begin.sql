-- A run's row; it is seen by others only once the run is committed.
INSERT INTO twin.import_run (park_id, started, command, program_version, manifest, kind, reverts)
VALUES ($1, $2, $3, $4, $5, CASE WHEN $6::bigint IS NULL THEN 'import' ELSE 'revert' END, $6)
RETURNING run_id;
