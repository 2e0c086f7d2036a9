-- Runs of a park that kept a text as their manifest, the latest first.
SELECT run_id FROM twin.import_run
WHERE park_id = $1 AND manifest = $2 AND kind = 'import' AND finished IS NOT NULL
ORDER BY run_id DESC;
