-- Parcels of a park: whether a hydrant that is not given up stands within a distance, m, and whether every corner of the boundary has one.
SELECT
    p.feature_id,
    EXISTS (
        SELECT FROM twin.emergency_resource AS h
        WHERE h.park_id = $1 AND h.kind = 'hydrant' AND coalesce(h.state, '') <> 'abandoned' AND ST_DWithin(h.geom, p.geom, $2)
    ) AS near,
    NOT EXISTS (
        SELECT FROM ST_DumpPoints(p.geom) AS corner
        WHERE NOT EXISTS (
            SELECT FROM twin.emergency_resource AS h
            WHERE h.park_id = $1 AND h.kind = 'hydrant' AND coalesce(h.state, '') <> 'abandoned'
              AND ST_DWithin(h.geom, corner.geom, $2)
        )
    ) AS whole
FROM twin.parcel AS p
WHERE p.park_id = $1
ORDER BY p.feature_id;
