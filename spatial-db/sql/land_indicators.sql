-- Indicators of every parcel of park $1 on day $2 by the formulas of docs/planner.md, a storey above $3 m counting twice, figures
-- of the latest year up to $4, cover surveyed from a share of $9 on: what the program answers from memory, asked of the server. A value
-- is null where an input is missing.
WITH surveyed AS (
    -- A park without a yard on record is one whose yards nobody surveyed; the same of green.
    SELECT coalesce(bool_or(kind = 'storage_yard'), false) AS yards, coalesce(bool_or(kind IN ('grass', 'forest')), false) AS green
    FROM twin.surface
    WHERE park_id = $1
), parcel AS (
    SELECT feature_id, key, geom, ST_Area(geom) AS land, recorded_floor_area_m2
    FROM twin.parcel
    WHERE park_id = $1 AND coalesce(valid_from <= $2, true) AND coalesce($2 < valid_to, true)
), building AS (
    -- Tenancies count each storey once, also where the rules count a tall one twice.
    SELECT feature_id, key, geom, footprint, floor_area_m2, use_text,
           -- Storeys of unknown height, or of unknown number where they are not known to be low, may count once or twice: null. A floor
           -- area on record may have a tall one once, and decides where none is tall, or where it is no less than all of them twice.
           CASE WHEN storeys > 0 AND storey_m > $3 THEN greatest(2 * storeys * footprint, floor_area_m2)
                WHEN floor_area_m2 > 0 AND (storey_m <= $3 OR floor_area_m2 >= 2 * nullif(greatest(storeys, 0), 0) * footprint)
                    THEN floor_area_m2
                WHEN storey_m <= $3 THEN nullif(greatest(storeys, 0), 0) * footprint
           END AS floor,
           nullif(greatest(storeys, 0), 0) * footprint AS floor_once,
           lower(use_text) LIKE ANY ($5::text[]) AS administers,
           state && $6::text[] AS unfinished,
           CASE WHEN state && $7::text[] THEN 1 WHEN state && $8::text[] THEN 0 END AS vacant_by_state
    FROM (
        SELECT feature_id, key, geom, ST_Area(geom) AS footprint, floor_area_m2, use_text, storeys,
               -- Without storeys one, the highest that there can be: it tells that none is tall, and nothing else.
               coalesce(nullif(greatest(storey_height_m, 0), 0), nullif(greatest(height_m, 0), 0) / greatest(storeys, 1)) AS storey_m,
               string_to_array(lower(coalesce(state, '')), ', ') AS state
        FROM twin.building
        WHERE park_id = $1 AND coalesce(valid_from <= $2, true) AND coalesce($2 < valid_to, true)
          AND coalesce(year_built <= extract(year FROM $2::date), true)
    ) AS standing
), overlap AS (
    -- Slivers come from digitising, not from building over a boundary.
    SELECT * FROM (
    SELECT p.feature_id AS parcel, b.feature_id AS building, b.key, b.floor, b.administers, b.unfinished, b.vacant_by_state, b.use_text,
           coalesce(nullif(greatest(b.floor_area_m2, 0), 0), b.floor_once) AS recorded,
           CASE WHEN ST_Covers(p.geom, b.geom) THEN b.footprint ELSE ST_Area(ST_Intersection(p.geom, b.geom)) END AS shared,
           b.footprint
    FROM parcel AS p
    JOIN building AS b ON b.geom && p.geom AND ST_Intersects(p.geom, b.geom)
    ) AS touching
    WHERE shared > 1e-6
), let_floor AS (
    -- A building that was ever let has a row.
    SELECT building_key, coalesce(sum(floor_area_m2) FILTER (WHERE runs), 0) AS floor,
           coalesce(bool_or(coalesce(floor_area_m2, 0) <= 0) FILTER (WHERE runs), false) AS unsaid
    FROM (
        SELECT *, coalesce(valid_from <= $2, true) AND coalesce($2 < valid_to, true) AS runs
        FROM twin.tenancy
        WHERE park_id = $1 AND building_key IS NOT NULL
    ) AS tenancy
    GROUP BY building_key
), density AS (
    SELECT o.parcel, sum(o.shared) AS footprint,
           CASE WHEN count(*) = count(o.floor) THEN sum(o.floor * o.shared / o.footprint) END AS floor,
           CASE WHEN count(*) = count(o.floor) AND count(*) = count(o.use_text)
                THEN coalesce(sum(o.floor * o.shared / o.footprint) FILTER (WHERE o.administers), 0)
                     / nullif(sum(o.floor * o.shared / o.footprint), 0)
           END AS admin,
           CASE WHEN count(*) FILTER (WHERE NOT o.unfinished) > 0
                 AND bool_and(o.unfinished OR (o.recorded IS NOT NULL AND NOT coalesce(l.unsaid, o.vacant_by_state IS NULL)))
                THEN sum(o.recorded * o.shared / o.footprint
                         * CASE WHEN l.building_key IS NULL THEN o.vacant_by_state
                              ELSE greatest(0, least(1, 1 - l.floor / o.recorded)) END) FILTER (WHERE NOT o.unfinished)
                     / nullif(sum(o.recorded * o.shared / o.footprint) FILTER (WHERE NOT o.unfinished), 0)
           END AS vacant
    FROM overlap AS o
    LEFT JOIN let_floor AS l ON l.building_key = o.key
    GROUP BY o.parcel
), cover AS (
    SELECT p.feature_id AS parcel,
           sum(ST_Area(ST_Intersection(p.geom, s.geom))) FILTER (WHERE s.kind = 'storage_yard') AS yard,
           sum(ST_Area(ST_Intersection(p.geom, s.geom))) FILTER (WHERE s.kind IN ('grass', 'forest')) AS green,
           sum(ST_Area(ST_Intersection(p.geom, s.geom))) AS covered
    FROM parcel AS p
    JOIN twin.surface AS s ON s.park_id = $1 AND s.geom && p.geom AND ST_Intersects(p.geom, s.geom)
    GROUP BY p.feature_id
), figures AS (
    SELECT f.*, make_date(f.year::int, 12, 31) AS on_day
    FROM twin.enterprise_year AS f
    WHERE f.park_id = $1
      AND f.year = (SELECT max(year) FROM twin.enterprise_year WHERE park_id = $1 AND year <= $4)
), last_day AS (
    SELECT max(on_day) AS on_day FROM figures
), used AS (
    SELECT t.enterprise_key, o.parcel, t.floor_area_m2 * o.shared / sum(o.shared) OVER (PARTITION BY t.feature_id) AS area
    FROM twin.tenancy AS t
    CROSS JOIN last_day AS d
    LEFT JOIN overlap AS o ON o.key = t.building_key
    WHERE t.park_id = $1 AND coalesce(t.valid_from <= d.on_day, true) AND coalesce(d.on_day < t.valid_to, true)
), contract AS (
    SELECT DISTINCT ON (c.parcel_key, d.on_day) c.parcel_key, c.enterprise_key, c.land_price, c.currency, d.on_day
    FROM twin.land_contract AS c
    CROSS JOIN (SELECT on_day FROM last_day UNION SELECT $2::date) AS d
    WHERE c.park_id = $1 AND coalesce(c.signed <= d.on_day, true)
    ORDER BY c.parcel_key, d.on_day, c.signed DESC NULLS LAST, c.key DESC
), place AS (
    SELECT enterprise_key, parcel, sum(area) AS area FROM used GROUP BY enterprise_key, parcel
    UNION ALL
    SELECT c.enterprise_key, p.feature_id, p.land
    FROM contract AS c
    JOIN last_day AS d ON d.on_day = c.on_day
    JOIN parcel AS p ON p.key = c.parcel_key
    WHERE c.enterprise_key IS NOT NULL AND NOT EXISTS (SELECT FROM used AS u WHERE u.enterprise_key = c.enterprise_key)
), stake AS (
    SELECT enterprise_key, parcel,
           CASE WHEN count(*) OVER w = 1 THEN 1
                WHEN count(*) OVER w = count(area) OVER w THEN area / nullif(sum(area) OVER w, 0)
           END AS share
    FROM place
    WINDOW w AS (PARTITION BY enterprise_key)
), economy AS (
    SELECT s.parcel, min(f.currency) AS currency,
           CASE WHEN count(*) = count(f.output * s.share) AND count(DISTINCT f.currency) = 1 AND count(f.currency) = count(f.key)
                THEN sum(f.output * s.share) END AS output,
           CASE WHEN count(*) = count(f.tax * s.share) AND count(DISTINCT f.currency) = 1 AND count(f.currency) = count(f.key)
                THEN sum(f.tax * s.share) END AS tax,
           CASE WHEN count(*) = count(f.fixed_assets * s.share) AND count(DISTINCT f.currency) = 1 AND count(f.currency) = count(f.key)
                THEN sum(f.fixed_assets * s.share) END AS assets,
           CASE WHEN count(*) = count(f.employees * s.share) THEN sum(f.employees * s.share) END AS jobs
    FROM stake AS s
    LEFT JOIN figures AS f ON f.enterprise_key = s.enterprise_key
    WHERE s.parcel IS NOT NULL
    GROUP BY s.parcel
)
SELECT p.feature_id, p.land,
       coalesce(d.footprint, 0) AS footprint,
       CASE WHEN d.parcel IS NULL THEN 0 ELSE d.floor END AS floor_area,
       CASE WHEN s.yards THEN (coalesce(d.footprint, 0) + coalesce(c.yard, 0)) / p.land END AS coverage,
       CASE WHEN d.parcel IS NULL THEN 0 ELSE d.floor END / p.land AS far,
       CASE WHEN s.green AND coalesce(c.covered, 0) + coalesce(d.footprint, 0) >= $9 * p.land
            THEN coalesce(c.green, 0) / p.land END AS green_share,
       CASE WHEN d.parcel IS NULL THEN 0 ELSE d.admin END AS admin_share,
       d.vacant AS vacant_floor,
       CASE WHEN e.currency = k.currency THEN (e.assets + k.land_price) / (p.land / 10000) END AS investment_intensity,
       e.output / (p.land / 10000) AS output_per_ha,
       e.tax / (p.land / 10000) AS tax_per_ha,
       e.jobs / (p.land / 10000) AS jobs_per_ha
FROM parcel AS p
CROSS JOIN surveyed AS s
LEFT JOIN density AS d ON d.parcel = p.feature_id
LEFT JOIN cover AS c ON c.parcel = p.feature_id
LEFT JOIN economy AS e ON e.parcel = p.feature_id
LEFT JOIN contract AS k ON k.parcel_key = p.key AND k.on_day = $2
ORDER BY p.feature_id;
