-- Areas of a table that lie over each other by more than digitising explains, and those that are nearly the same: of the
-- pairs that the program found to share enough ground.
WITH
    -- those, the one of more corners first
    pairs AS MATERIALIZED (
        SELECT CASE WHEN swap THEN b ELSE a END AS large, CASE WHEN swap THEN a ELSE b END AS small
        FROM (
            SELECT a.feature_id AS a, b.feature_id AS b,
                   (ST_NPoints(a.geom), a.feature_id) < (ST_NPoints(b.geom), b.feature_id) AS swap
            FROM unnest({given_a}::bigint[], {given_b}::bigint[]) AS g (a, b)
            JOIN twin.{subject} AS a ON a.park_id = {park} AND a.feature_id = g.a
            JOIN twin.{subject} AS b ON b.park_id = {park} AND b.feature_id = g.b
            -- the very same geometry is another check's
            WHERE NOT a.geom = b.geom
        ) AS p
    ),
    -- areas in pieces of few corners: a street that touches thousands of neighbours would be overlaid whole with each
    -- (a cut beside a corner can leave a piece that crosses itself by a hair)
    pieces AS MATERIALIZED (
        SELECT feature_id, CASE WHEN ST_IsValid(piece) THEN piece ELSE ST_MakeValid(piece) END AS geom
        FROM (
            SELECT feature_id, ST_Subdivide(geom, 128) AS piece
            FROM twin.{subject} WHERE park_id = {park} AND feature_id IN (SELECT large FROM pairs)
        ) AS cut
    ),
    -- what each shares with the other
    shared AS MATERIALIZED (
        SELECT p.large, p.small, ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3) AS geom
        FROM pairs AS p
        JOIN pieces AS a ON a.feature_id = p.large
        JOIN twin.{subject} AS b ON b.park_id = {park} AND b.feature_id = p.small AND b.geom && a.geom
    ),
    -- put together again
    overlapping AS MATERIALIZED (
        SELECT greatest(large, small) AS feature_id, least(large, small) AS other_feature, sum(ST_Area(geom)) AS area_m2,
               ST_Union(geom) AS geom
        FROM shared WHERE NOT ST_IsEmpty(geom)
        GROUP BY large, small HAVING sum(ST_Area(geom)) >= {min_area_m2}
    ),
    -- how wide at the widest, and how much of both; once for each pair, as a width takes longer than all the rest
    measured AS MATERIALIZED (
        SELECT o.*, 2 * (ST_MaximumInscribedCircle(o.geom)).radius AS width_m, b.key AS other_name,
               o.area_m2 / nullif(ST_Area(a.geom) + ST_Area(b.geom) - o.area_m2, 0) AS likeness,
               o.area_m2 / nullif(least(ST_Area(a.geom), ST_Area(b.geom)), 0) AS share
        FROM overlapping AS o
        JOIN twin.{subject} AS a ON a.park_id = {park} AND a.feature_id = o.feature_id
        JOIN twin.{subject} AS b ON b.park_id = {park} AND b.feature_id = o.other_feature
    )
SELECT
    CASE WHEN likeness >= {min_likeness} THEN 'geometry.near_duplicate' ELSE '{subject}.overlap' END AS code,
    feature_id, other_feature, NULL::text AS other_key, NULL::text AS layer,
    CASE
        WHEN likeness >= {min_likeness} THEN format('%s %% of it and %s together are both: the same thing drawn twice', round(100 * likeness::numeric, 1), other_name)
        ELSE format('it overlaps %s by %s m², up to %s m wide (%s %% of the smaller)', other_name, round(area_m2::numeric, 1), round(width_m::numeric, 2), round(100 * share::numeric, 1))
    END AS reason,
    jsonb_build_object('area_m2', area_m2, 'width_m', width_m, 'share', share, 'likeness', likeness) AS facts, geom
FROM measured
WHERE likeness >= {min_likeness} OR width_m >= {min_width_m}
