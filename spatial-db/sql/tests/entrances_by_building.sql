-- Buildings of a park with the entrances on record within a distance of their walls, m.
SELECT b.feature_id, count(e.feature_id) AS entrances
FROM twin.building AS b
LEFT JOIN twin.emergency_resource AS e
    ON e.park_id = b.park_id AND e.kind = 'building_entrance' AND ST_DWithin(e.geom, b.geom, $2)
WHERE b.park_id = $1
GROUP BY b.feature_id
ORDER BY b.feature_id;
