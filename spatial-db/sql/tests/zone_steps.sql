-- The zone evaluation of a park step by step over its lines ({lines}): sums, enterprises' figures, indicators, scores by the weights and
-- ideal values of the example scheme, potentials, and the sums of figures that they start from. {population} residents, figures of {year}, money in CNY.
WITH
    -- parcels as the evaluation sees them
    lines AS ({lines}),
    -- sums in m2
    sums AS (
        SELECT sum(a) AS a, sum(a1) AS a1, sum(a2) AS a2, sum(b) AS b, sum(b21) AS b21, sum(d) AS d, sum(g) AS g,
               sum(footprint_m2) FILTER (WHERE a > 0) AS footprint, sum(floor_m2) FILTER (WHERE a > 0) AS floor,
               sum(floor_m2) FILTER (WHERE a2 > 0) AS floor2, sum(footprint_m2 + yard_m2) FILTER (WHERE a2 > 0) AS cover2,
               sum(b + a - d) AS left_over, sum(b21 + a - d) AS left_ready,
               sum(area_m2) FILTER (WHERE grp = 'industrial' AND d = 0) AS left_industrial,
               sum(area_m2) FILTER (WHERE signed > date '{as_of}' - interval '5 years') / 5 AS yearly,
               sum(area_m2) FILTER (WHERE signed > date '{as_of}' - interval '5 years' AND grp = 'industrial') / 5 AS yearly_industrial
        FROM lines
    ),
    -- figures of the year: all, those of industry and storage, those of the secondary and tertiary sectors
    books AS (
        SELECT sum(y.output) AS output, sum(y.tax) AS tax, sum(y.employees) AS jobs,
               sum(y.fixed_assets) FILTER (WHERE c.code BETWEEN 6 AND 46 OR c.code = 59) AS assets2,
               sum(y.tax) FILTER (WHERE c.code BETWEEN 6 AND 46 OR c.code = 59) AS tax2,
               sum(y.output) FILTER (WHERE c.code BETWEEN 6 AND 46 OR c.code = 59) AS output2,
               sum(y.tax) FILTER (WHERE c.code BETWEEN 5 AND 97) AS tax23,
               (SELECT sum(b.output) FROM twin.enterprise_year AS b WHERE b.park_id = {park} AND b.year = {year} - 1) AS output_before
        FROM twin.enterprise_year AS y
        JOIN twin.enterprise AS e ON e.park_id = y.park_id AND e.key = y.enterprise_key,
             LATERAL (SELECT e.industry_code::int AS code) AS c
        WHERE y.park_id = {park} AND y.year = {year}
    ),
    -- indicators
    indicators AS (
        SELECT s.*, k.*, d / (a + b21) AS supply_rate, a / d AS built_rate, (a + b21) / (a + b) AS development_rate, a2 / a AS industrial_share,
               a1 / a AS residential_share, floor / a AS far, footprint / a AS density, floor2 / a2 AS industrial_far, cover2 / a2 AS industrial_coverage,
               assets2 / a2 AS fixed_asset_intensity, tax2 / a2 AS industrial_tax_intensity, tax23 / a AS tax_intensity,
               {population} / a * 10000 AS population_density, g / d AS idle_rate, output / a AS output_intensity, output2 / a2 AS industrial_output_intensity,
               jobs / a * 10000 AS job_density, tax / output AS tax_per_output, output / output_before - 1 AS output_growth
        FROM sums AS s, books AS k
    ),
    -- scores
    scores AS (
        SELECT i.*, 100 * least(supply_rate / 1.0, 1) AS s_supply, 100 * least(built_rate / 1.0, 1) AS s_built,
               100 * least(industrial_share / 0.60, 1) AS s_structure, 100 * least(far / 1.0, 1) AS s_far, 100 * least(density / 0.40, 1) AS s_density,
               100 * least(industrial_far / 1.2, 1) AS s_far2, 100 * least(industrial_coverage / 0.55, 1) AS s_coverage,
               100 * least(fixed_asset_intensity / 6000, 1) AS s_assets, 100 * least(industrial_tax_intensity / 400, 1) AS s_tax,
               100 * (1 - idle_rate) AS s_idle
        FROM indicators AS i
    ),
    -- rolled up
    goals AS (
        SELECT s.*, 0.5 * s_supply + 0.5 * s_built AS g_degree,
               0.25 * s_far + 0.22 * s_density + 0.25 * s_far2 + 0.28 * s_coverage AS g_intensity,
               0.5 * s_assets + 0.5 * s_tax AS g_benefit
        FROM scores AS s
    ),
    -- the end
    total AS (
        SELECT g.*, 0.25 * g_degree + 0.25 * s_structure + 0.5 * g_intensity AS g_use FROM goals AS g
    )
SELECT step.part, step.name, step.value
FROM total AS t, LATERAL (VALUES
    (1, 'sum', 'A', t.a), (2, 'sum', 'A1', t.a1), (3, 'sum', 'A2', t.a2), (4, 'sum', 'B', t.b), (5, 'sum', 'B21', t.b21), (6, 'sum', 'D', t.d), (7, 'sum', 'G', t.g),
    (10, 'indicator', 'supply-rate', t.supply_rate), (11, 'indicator', 'built-rate', t.built_rate), (12, 'indicator', 'development-rate', t.development_rate),
    (13, 'indicator', 'industrial-share', t.industrial_share), (14, 'indicator', 'residential-share', t.residential_share), (15, 'indicator', 'far', t.far),
    (16, 'indicator', 'density', t.density), (17, 'indicator', 'industrial-far', t.industrial_far), (18, 'indicator', 'industrial-coverage', t.industrial_coverage),
    (19, 'indicator', 'fixed-asset-intensity', t.fixed_asset_intensity), (20, 'indicator', 'industrial-tax-intensity', t.industrial_tax_intensity),
    (21, 'indicator', 'tax-intensity', t.tax_intensity), (22, 'indicator', 'population-density', t.population_density), (23, 'indicator', 'idle-rate', t.idle_rate),
    (24, 'indicator', 'output-intensity', t.output_intensity), (25, 'indicator', 'industrial-output-intensity', t.industrial_output_intensity),
    (26, 'indicator', 'job-density', t.job_density), (27, 'indicator', 'tax-per-output', t.tax_per_output), (28, 'indicator', 'output-growth', t.output_growth),
    (30, 'score', 'Land supply rate', t.s_supply), (31, 'score', 'Built-up rate', t.s_built), (32, 'score', 'Degree of use', t.g_degree),
    (33, 'score', 'Industrial land share', t.s_structure), (34, 'score', 'Overall floor-area ratio', t.s_far), (35, 'score', 'Building density', t.s_density),
    (36, 'score', 'Industrial floor-area ratio', t.s_far2), (37, 'score', 'Industrial site coverage', t.s_coverage), (38, 'score', 'Intensity of use', t.g_intensity),
    (39, 'score', 'Land use', t.g_use), (40, 'score', 'Fixed assets per industrial land', t.s_assets), (41, 'score', 'Tax per industrial land', t.s_tax),
    (42, 'score', 'Benefit', t.g_benefit), (43, 'score', 'Idle land rate', t.s_idle), (44, 'score', 'total', 0.7 * t.g_use + 0.2 * t.g_benefit + 0.1 * t.s_idle),
    (50, 'potential', 'expansion', t.left_over), (51, 'potential', 'expansion-ready', t.left_ready), (52, 'potential', 'expansion-industrial', coalesce(t.left_industrial, 0)),
    (53, 'potential', 'structure', greatest(0.60 * t.a - t.a2, 0)), (54, 'potential', 'intensity-far', greatest(t.a2 - t.floor2 / 1.2, 0)),
    (55, 'potential', 'intensity-coverage', greatest(t.a2 - t.cover2 / 0.55, 0)), (56, 'potential', 'intensity-assets', greatest(t.a2 - t.assets2 / 6000, 0)),
    (57, 'potential', 'intensity-tax', greatest(t.a2 - t.tax2 / 400, 0)), (58, 'potential', 'management', t.g),
    (59, 'potential', 'years-of-supply', t.left_over / t.yearly), (60, 'potential', 'years-of-industrial-supply', coalesce(t.left_industrial, 0) / t.yearly_industrial),
    (70, 'input', 'assets2', t.assets2), (71, 'input', 'tax2', t.tax2), (72, 'input', 'tax23', t.tax23), (73, 'input', 'tax', t.tax), (74, 'input', 'output', t.output),
    (75, 'input', 'output2', t.output2), (76, 'input', 'output_before', t.output_before), (77, 'input', 'jobs', t.jobs), (78, 'input', 'population', {population})
) AS step(place, part, name, value)
ORDER BY step.place
