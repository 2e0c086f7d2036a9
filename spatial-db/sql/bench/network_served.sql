-- The nearest connection of each building within a distance, m.
CREATE TABLE served AS
SELECT building.id AS building, nearest.junction
FROM building CROSS JOIN LATERAL (
    SELECT spot.junction
    FROM spot
    WHERE spot.kind = 'connection' AND ST_DWithin(spot.place, building.outline, {reach_m})
    ORDER BY ST_Distance(spot.place, building.outline), spot.junction
    LIMIT 1
) AS nearest;
