-- Tables that runs since one touched, and whether rows were loaded into them many at once.
SELECT table_name, bool_or(op = 'loaded') AS loaded FROM twin.change_log
WHERE park_id = $1 AND run_id > $2
GROUP BY table_name;
