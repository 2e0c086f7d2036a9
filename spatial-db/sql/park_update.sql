-- What the manifest says of a park now, if that is anything new; what was said before is set aside.
WITH
    -- the header as it was
    before AS (
        SELECT park_id, to_jsonb(p) AS content FROM twin.park AS p
        WHERE park_id = $1
          AND (name, srid, synthetic, attribution, licence, as_of) IS DISTINCT FROM ($3, $4, $5, $6, $7, $8)
    ),
    -- it can be had back
    aside AS (
        INSERT INTO twin.set_aside (park_id, run_id, table_name, op, content)
        SELECT park_id, $2::bigint, 'park', 'ended', content FROM before
    )
UPDATE twin.park AS p
SET name = $3, srid = $4, synthetic = $5, attribution = $6, licence = $7, as_of = $8
FROM before
WHERE p.park_id = before.park_id;
