-- Every parcel of a park on a day as the zone evaluation sees it, worked out from the tables alone: the sample park's planning classes,
-- with the decisions that its typed-in inputs make. Areas in m2.
WITH
    -- the day
    moment AS (SELECT date '{as_of}' AS day),
    -- parcels on record that day
    parcels AS (
        SELECT p.*, ST_Area(p.geom) AS area_m2
        FROM twin.parcel AS p, moment AS m
        WHERE p.park_id = {park} AND coalesce(p.valid_from <= m.day, true) AND coalesce(p.valid_to > m.day, true)
    ),
    -- finished buildings that stand that day, with their floors: storeys above 8 m count twice, those of unknown height once or twice
    finished AS (
        SELECT b.feature_id, b.geom, ST_Area(b.geom) AS footprint_m2,
               CASE WHEN b.storeys > 0 AND coalesce(b.storey_height_m, b.height_m / nullif(b.storeys, 0)) > 8
                    THEN greatest(2 * b.storeys * ST_Area(b.geom), b.floor_area_m2)
                    WHEN b.floor_area_m2 > 0 AND (coalesce(b.storey_height_m, b.height_m / greatest(b.storeys, 1)) <= 8
                                                  OR b.floor_area_m2 >= 2 * nullif(greatest(b.storeys, 0), 0) * ST_Area(b.geom)) THEN b.floor_area_m2
                    WHEN b.storeys > 0 AND coalesce(b.storey_height_m, b.height_m / nullif(b.storeys, 0)) IS NOT NULL
                    THEN b.storeys * ST_Area(b.geom) END AS floor_m2
        FROM twin.building AS b, moment AS m
        WHERE b.park_id = {park} AND coalesce(b.valid_from <= m.day, true) AND coalesce(b.valid_to > m.day, true)
          AND coalesce(b.year_built <= extract(year FROM m.day), true)
          AND coalesce(b.state, '') NOT IN ('under construction', 'construction stopped')
    ),
    -- what of them is on which parcel
    built AS (
        SELECT p.feature_id, sum(ST_Area(ST_Intersection(p.geom, f.geom))) AS footprint_m2,
               sum(f.floor_m2 * ST_Area(ST_Intersection(p.geom, f.geom)) / f.footprint_m2) AS floor_m2,
               count(*) FILTER (WHERE f.floor_m2 IS NULL) AS without_floors
        FROM parcels AS p JOIN finished AS f ON p.geom && f.geom AND ST_Area(ST_Intersection(p.geom, f.geom)) > 1e-6
        GROUP BY p.feature_id
    ),
    -- open storage yards, and ground that nature has
    ground AS (
        SELECT p.feature_id,
               sum(ST_Area(ST_Intersection(p.geom, s.geom))) FILTER (WHERE s.kind = 'storage_yard') AS yard_m2,
               sum(ST_Area(ST_Intersection(p.geom, s.geom))) FILTER (WHERE s.kind IN ('water', 'forest', 'rail')) AS natural_m2
        FROM parcels AS p JOIN twin.surface AS s ON s.park_id = p.park_id AND p.geom && s.geom
        GROUP BY p.feature_id
    ),
    -- contracts signed by that day, with what happened under them
    contracts AS (
        SELECT c.parcel_key, c.signed, c.agreed_start,
               min(e.date) FILTER (WHERE e.kind IN ('completion', 'production')) AS completed,
               min(e.date) FILTER (WHERE e.kind = 'start') AS started,
               max(e.date) FILTER (WHERE e.kind = 'suspension') AS suspended,
               max(e.date) FILTER (WHERE e.kind = 'resumption') AS resumed,
               bool_or(e.kind = 'government_cause') AS excused,
               count(e.*) AS events,
               (array_agg(e.developed_area_m2 ORDER BY e.date DESC) FILTER (WHERE e.developed_area_m2 IS NOT NULL))[1] / c.area_due_m2 AS developed,
               (array_agg(e.invested ORDER BY e.date DESC) FILTER (WHERE e.invested IS NOT NULL))[1] / c.total_investment AS invested
        FROM moment AS m
        JOIN twin.land_contract AS c ON c.park_id = {park} AND c.signed <= m.day
        LEFT JOIN twin.land_event AS e ON e.park_id = c.park_id AND e.contract_key = c.key AND e.date <= m.day
        GROUP BY c.parcel_key, c.signed, c.agreed_start, c.area_due_m2, c.total_investment
    ),
    -- kind of land by the planning scheme, and what stands on it
    facts AS (
        SELECT p.key, p.land_use_code AS code, p.area_m2, coalesce(b.footprint_m2, 0) AS footprint_m2, coalesce(b.floor_m2, 0) AS floor_m2,
               coalesce(b.without_floors, 0) AS without_floors, coalesce(g.yard_m2, 0) AS yard_m2, p.holder,
               c.signed, c.completed, c.started, c.suspended, c.resumed, c.excused, coalesce(c.events, 0) AS events, c.agreed_start, c.developed, c.invested,
               CASE WHEN p.land_use_scheme IS DISTINCT FROM 'planning-2023' THEN NULL
                    WHEN p.land_use_code ~ '^070[12]' THEN 'residential'
                    WHEN p.land_use_code ~ '^(100[123]|11)' THEN 'industrial'
                    WHEN p.land_use_code ~ '^(08|09|12|13|14|15|16)' THEN 'other'
                    WHEN p.land_use_code ~ '^(0[1-6]|070[34]|17)' THEN 'none' END AS grp,
               p.land_use_code ~ '^(12|14)' AS built_by_class,
               (coalesce(b.footprint_m2, 0) + coalesce(g.yard_m2, 0)) / p.area_m2 AS coverage
        FROM parcels AS p
        LEFT JOIN built AS b USING (feature_id)
        LEFT JOIN ground AS g USING (feature_id)
        LEFT JOIN contracts AS c ON c.parcel_key = p.key
    ),
    -- built up, supplied, idle
    decided AS (
        SELECT f.*, m.day,
               CASE WHEN f.built_by_class OR f.completed IS NOT NULL THEN true
                    WHEN f.coverage >= 0.01 AND f.events > 0 THEN NULL
                    ELSE f.coverage >= 0.01 END AS is_built,
               f.signed IS NOT NULL OR (f.holder IS NOT NULL AND f.holder NOT LIKE '%土地储备%') AS is_held
        FROM facts AS f, moment AS m
    ),
    -- the idle clock, for land that is not built up; a cause of the government is left to the authority, which said no
    states AS (
        SELECT d.*, d.is_built OR d.is_held AS is_supplied,
               NOT d.is_built AND d.signed IS NOT NULL AND NOT coalesce(d.excused, false) AND (
                   (d.started IS NULL AND d.agreed_start + interval '1 year' <= d.day)
                   OR (d.started IS NOT NULL AND d.suspended IS NOT NULL AND coalesce(d.resumed < d.suspended, true)
                       AND d.suspended + interval '1 year' <= d.day AND (d.developed < 1.0 / 3 OR d.invested < 0.25))
               ) AS is_idle
        FROM decided AS d
    )
SELECT key, code, grp, area_m2, footprint_m2, floor_m2, yard_m2, signed, completed, excused,
       is_built AS built, is_supplied AS supplied, is_idle AS idle,
       -- the sums of the standard's table of land; the land bank's land is ready, land without a holder is not
       CASE WHEN grp <> 'none' AND is_built THEN area_m2 ELSE 0 END AS a,
       CASE WHEN grp = 'residential' AND is_built THEN area_m2 ELSE 0 END AS a1,
       CASE WHEN grp = 'industrial' AND is_built THEN area_m2 ELSE 0 END AS a2,
       CASE WHEN grp <> 'none' AND NOT is_built THEN area_m2 ELSE 0 END AS b,
       CASE WHEN grp <> 'none' AND NOT is_built AND (is_supplied OR holder IS NOT NULL) THEN area_m2 ELSE 0 END AS b21,
       CASE WHEN grp <> 'none' AND is_supplied THEN area_m2 ELSE 0 END AS d,
       CASE WHEN grp <> 'none' AND is_idle THEN area_m2 ELSE 0 END AS g
FROM states
ORDER BY key
