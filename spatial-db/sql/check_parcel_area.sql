-- Parcels whose area on record is not the one drawn; a layer where all differ by one factor is the unit check's.
WITH
    -- both areas
    areas AS MATERIALIZED (
        SELECT feature_id, layer, recorded_area_m2 AS recorded_m2, ST_Area(geom) AS drawn_m2
        FROM twin.parcel WHERE park_id = {park} AND recorded_area_m2 > 0
    ),
    -- layers whose records are areas of these outlines at all
    sound AS (
        SELECT layer FROM areas WHERE drawn_m2 > 0 GROUP BY layer
        HAVING percentile_cont(0.5) WITHIN GROUP (ORDER BY recorded_m2 / drawn_m2) BETWEEN 0.8 AND 1.25
    )
SELECT
    'parcel.area_differs' AS code, feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('%s m² on record, %s m² drawn', round(recorded_m2::numeric, 1), round(drawn_m2::numeric, 1)) AS reason,
    jsonb_build_object('recorded_m2', recorded_m2, 'drawn_m2', drawn_m2) AS facts, NULL::geometry AS geom
FROM areas
WHERE layer IN (SELECT layer FROM sound)
  AND abs(recorded_m2 - drawn_m2) > greatest({min_m2}, {max_share} * recorded_m2)
