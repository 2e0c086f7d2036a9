-- Parcels of a park with the distance to the nearest fire station as the crow flies, m: no road to a place in one is shorter.
SELECT p.feature_id, (
    SELECT min(ST_Distance(s.geom, p.geom))
    FROM twin.emergency_resource AS s
    WHERE s.park_id = $1 AND s.kind = 'fire_station'
) AS straight_m
FROM twin.parcel AS p
WHERE p.park_id = $1
ORDER BY p.feature_id;
