-- What undoing a run means for a table: rows to take out, to change back and to bring back; and states that the log
-- keeps only in part or in another CRS than the park's.
SELECT
    coalesce(sum(row_count) FILTER (WHERE op IN ('loaded', 'added')), 0)::bigint AS taken_out,
    count(*) FILTER (WHERE op = 'changed') AS changed_back,
    count(*) FILTER (WHERE op = 'removed') AS brought_back,
    count(*) FILTER (WHERE before IS NOT NULL AND $4 AND before_bytes IS NULL) AS without_bytes,
    count(*) FILTER (WHERE (before ->> 'srid')::int <> (SELECT srid FROM twin.park WHERE park_id = $1)) AS other_srid
FROM twin.change_log WHERE park_id = $1 AND run_id = $2 AND table_name = $3;
