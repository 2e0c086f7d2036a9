-- The runs of a park.
SELECT run_id, kind, started, finished, command, program_version, loaded_by, reverts, report -> 'layers' AS layers,
  report -> 'scenario' AS scenario
FROM twin.import_run WHERE park_id = $1 AND finished IS NOT NULL ORDER BY run_id;
