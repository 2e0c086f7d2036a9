-- Buildings whose height or floor area does not go with their storeys.
WITH
    -- what they say; inlined, so that areas are taken only where a floor area is on record
    said AS NOT MATERIALIZED (
        SELECT feature_id, storeys, height_m, floor_area_m2, ST_Area(geom) AS footprint_m2, height_m / storeys AS storey_m,
               floor_area_m2 / nullif(storeys * ST_Area(geom), 0) AS fill
        FROM twin.building WHERE park_id = {park} AND storeys > 0
    )
SELECT
    'building.storeys_height' AS code, feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('height %s m, storeys %s: %s m a storey', round(height_m::numeric, 1), storeys, round(storey_m::numeric, 2)) AS reason,
    jsonb_build_object('height_m', height_m, 'storeys', storeys, 'storey_m', storey_m) AS facts, NULL::geometry AS geom
FROM said
WHERE storey_m < {min_storey_m} OR storey_m > CASE WHEN storeys < 2 THEN {max_single_storey_m} ELSE {max_storey_m} END
UNION ALL
SELECT
    'building.floor_area', feature_id, NULL, NULL, NULL,
    format('%s m² of floor on record, but %s storeys of %s m² are %s m²', round(floor_area_m2::numeric), storeys, round(footprint_m2::numeric), round((storeys * footprint_m2)::numeric)),
    jsonb_build_object('floor_area_m2', floor_area_m2, 'storeys', storeys, 'footprint_m2', footprint_m2, 'fill', fill), NULL
FROM said
WHERE floor_area_m2 > 0 AND (fill < {min_fill} OR fill > {max_fill})
