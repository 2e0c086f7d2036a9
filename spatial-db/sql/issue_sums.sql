-- What checks found in the park, counted by code.
SELECT code, count(*) AS issue_count FROM twin.issue WHERE park_id = $1 AND check_code IS NOT NULL GROUP BY code;
