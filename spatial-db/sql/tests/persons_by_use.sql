-- Persons of a park's buildings of a use at so many m2 of floor a person, building by building, where somebody is in them.
SELECT feature_id, persons
FROM (
    SELECT feature_id, round((coalesce(floor_area_m2, storeys * ST_Area(geom)) / $3)::numeric)::bigint AS persons
    FROM twin.building
    WHERE park_id = $1 AND use_text = $2
) AS b
WHERE persons > 0
ORDER BY feature_id;
