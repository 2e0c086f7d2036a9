-- The first issues that checks found in the park, of each code and layer.
SELECT code, severity, source, layer, source_row, key, reason, fix
FROM (
    SELECT i.*, row_number() OVER (PARTITION BY code, layer ORDER BY issue_id) AS place
    FROM twin.issue AS i WHERE park_id = $1 AND check_code IS NOT NULL
) AS ranked
WHERE place <= $2
ORDER BY issue_id;
