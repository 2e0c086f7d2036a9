-- Every state of a feature in the order in which they came: the run that brought it, what it was, whether its shape is another
-- than before, what ended it, and the file that its layer was last read from.
SELECT h.from_run, r.kind, r.finished, r.loaded_by, r.reverts, h.layer, h.properties,
    coalesce(
        ST_AsEWKB(h.geom) IS DISTINCT FROM ST_AsEWKB(lag(h.geom) OVER came) AND lag(h.from_run) OVER came IS NOT NULL,
        false
    ) AS reshaped,
    CASE WHEN h.ended_by = 'removed' THEN h.to_run END AS removed_by,
    s.source
FROM twin.history AS h
JOIN twin.import_run AS r ON r.park_id = h.park_id AND r.run_id = h.from_run
LEFT JOIN twin.source_layer AS s ON s.park_id = h.park_id AND s.table_name = h.table_name AND s.layer = h.layer
WHERE h.park_id = $1 AND h.table_name = $2 AND h.feature_id = $3
WINDOW came AS (ORDER BY h.from_run)
ORDER BY h.from_run;
