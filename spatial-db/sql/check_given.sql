-- What the program itself found: nothing to compute.
SELECT
    g.code, g.feature_id, g.other_feature, NULL::text AS other_key, g.layer, g.reason, g.facts,
    CASE WHEN g.x_m IS NOT NULL THEN ST_SetSRID(ST_MakePoint(g.x_m, g.y_m), (SELECT srid FROM twin.park WHERE park_id = {park})) END AS geom
FROM unnest({given_codes}::text[], {given_features}::bigint[], {given_others}::bigint[], {given_layers}::text[], {given_reasons}::text[], {given_facts}::jsonb[], {given_x}::float8[], {given_y}::float8[])
    AS g (code, feature_id, other_feature, layer, reason, facts, x_m, y_m)
