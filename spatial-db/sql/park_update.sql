-- What the manifest says of a park now, if that is anything new.
UPDATE twin.park
SET name = $2, srid = $3, synthetic = $4, attribution = $5, licence = $6, as_of = $7
WHERE park_id = $1
  AND (name, srid, synthetic, attribution, licence, as_of) IS DISTINCT FROM ($2, $3, $4, $5, $6, $7);
