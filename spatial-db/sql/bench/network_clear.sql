-- All pairs of straight, level lines that go on at both ends, wall to wall, by what is asked for: how they lie, the verdict, how many, and the sum of the room between
-- them, m. $1 is the cosine up to which lines run alongside. Lines of one class that meet are no pair.
WITH near AS MATERIALIZED (
    SELECT
        a.class AS a,
        b.class AS b,
        abs(a.east * b.east + a.north * b.north) >= $1 AS beside,
        ST_Distance(a.way, b.way) AS apart_m,
        a.half_m + b.half_m AS walls_m,
        abs(ST_ZMin(a.way) - ST_ZMin(b.way)) AS height_m,
        a.off_plan_m + b.off_plan_m AS off_plan_m,
        a.off_height_m + b.off_height_m AS off_height_m
    FROM pipe AS a JOIN pipe AS b ON b.id > a.id AND b.way && ST_Expand(a.way, a.reach_m)
    WHERE a.class <> b.class OR NOT ST_DWithin(a.way, b.way, 0.05)
),

told AS (
    SELECT
        CASE WHEN near.beside THEN 'alongside' ELSE 'crossing' END AS lie,
        CASE WHEN near.beside THEN near.apart_m ELSE near.height_m END - near.walls_m AS room_m,
        CASE WHEN near.beside THEN near.off_plan_m ELSE near.off_height_m END AS off_m,
        CASE WHEN near.beside THEN ask.beside_least_m ELSE ask.over_least_m END AS least_m,
        CASE WHEN near.beside THEN ask.beside_most_m ELSE ask.over_most_m END AS most_m
    FROM near JOIN ask USING (a, b)
    WHERE near.beside OR near.apart_m <= near.walls_m + 1e-6
)

SELECT lie, verdict, count(*) AS pairs, sum(room_m) AS room_m
FROM (
    SELECT
        lie,
        room_m,
        CASE
            WHEN least_m IS NULL THEN 'no rule'
            WHEN room_m + off_m < least_m THEN 'violated'
            WHEN room_m - off_m >= most_m THEN 'clear'
            ELSE 'possible'
        END AS verdict
    FROM told
) AS judged
GROUP BY lie, verdict
ORDER BY lie, verdict
