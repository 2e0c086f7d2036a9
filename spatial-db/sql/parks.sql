-- Every park that this user sees, with its last run.
SELECT
    p.park_id, p.slug, p.name, p.srid, p.synthetic, p.attribution, p.licence, p.as_of,
    (SELECT count(*) FROM twin.quarantine AS q WHERE q.park_id = p.park_id) AS quarantined,
    r.run_id, r.started, r.finished, r.command
FROM twin.park AS p
LEFT JOIN LATERAL (
    SELECT run_id, started, finished, command FROM twin.import_run
    WHERE park_id = p.park_id AND finished IS NOT NULL
    ORDER BY run_id DESC LIMIT 1
) AS r ON true
ORDER BY p.slug;
