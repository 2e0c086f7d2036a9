-- Nodes where ground elevation is not depth and pipe elevation together.
WITH
    -- how far it does not add up
    sums AS (
        SELECT feature_id, ground_elevation_m AS ground_m, depth_m, ST_Z(geom) AS pipe_m,
               ground_elevation_m - depth_m - ST_Z(geom) AS off_m
        FROM twin.network_node
        WHERE park_id = {park} AND ground_elevation_m IS NOT NULL AND depth_m > 0 AND ST_Z(geom) <> 'NaN'
    )
SELECT
    'node.depth_differs' AS code, feature_id, NULL::bigint AS other_feature, NULL::text AS other_key, NULL::text AS layer,
    format('ground %s m less depth %s m is %s m, but its elevation is %s m', round(ground_m::numeric, 2), round(depth_m::numeric, 2), round((ground_m - depth_m)::numeric, 2), round(pipe_m::numeric, 2)) AS reason,
    jsonb_build_object('ground_m', ground_m, 'depth_m', depth_m, 'elevation_m', pipe_m, 'off_m', off_m) AS facts, NULL::geometry AS geom
FROM sums
WHERE abs(off_m) > {max_share} * greatest(depth_m, 1) + {size_allowance_m}
