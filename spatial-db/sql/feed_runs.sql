-- Runs of a park since one, that one too: it must still be there.
SELECT run_id, kind, finished, reverts FROM twin.import_run
WHERE park_id = $1 AND run_id >= $2 AND finished IS NOT NULL
ORDER BY run_id;
