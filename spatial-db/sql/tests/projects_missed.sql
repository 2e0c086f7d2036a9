-- How many projects miss which milestone first on a day.
WITH
    -- projects of the ledger with their contracts, and contracts that the ledger does not have
    listed AS (
        SELECT coalesce(p.key, c.key) AS key, c.key AS contract_key, ARRAY[
            p.planned_approval, p.planned_permit, coalesce(p.planned_start, c.agreed_start),
            coalesce(p.planned_completion, c.agreed_completion), p.planned_production] AS planned
        FROM twin.project AS p
        FULL JOIN (SELECT * FROM twin.land_contract WHERE signed IS NULL OR signed <= $1) AS c ON c.key = p.contract_key
    ),
    -- how far each has come
    stage AS (
        SELECT l.key, l.planned, coalesce(max(array_position(
            ARRAY['approval', 'permit', 'start', 'completion', 'production'], e.kind)), 0) AS reached
        FROM listed AS l
        LEFT JOIN twin.land_event AS e ON e.contract_key = l.contract_key AND e.date <= $1
        GROUP BY l.key, l.planned
    ),
    -- the first milestone to come whose day is over
    missed AS (
        SELECT s.key, min(m) AS milestone FROM stage AS s, generate_series(1, 5) AS m
        WHERE m > s.reached AND s.planned[m] < $1 GROUP BY s.key
    )
SELECT (ARRAY['approval', 'permit', 'start', 'completion', 'production'])[milestone], count(*)
FROM missed GROUP BY milestone;
