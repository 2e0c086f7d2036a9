-- Gives a park the header back that a run changed; the one it has goes aside.
WITH
    -- the header from before the run
    was AS (
        SELECT p.* FROM twin.set_aside AS a, LATERAL jsonb_populate_record(NULL::twin.park, a.content) AS p
        WHERE a.park_id = $1 AND a.run_id = $3 AND a.table_name = 'park' AND a.op = 'ended'
    ),
    -- the header that it has
    aside AS (
        INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
        SELECT $1::int, $2::bigint, 'park', 'ended', to_jsonb(p) FROM twin.park AS p JOIN was USING (park_id)
    )
UPDATE twin.park AS p
SET name = was.name, srid = was.srid, synthetic = was.synthetic, attribution = was.attribution, licence = was.licence,
    as_of = was.as_of
FROM was WHERE p.park_id = was.park_id;
