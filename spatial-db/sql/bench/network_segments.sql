-- What closed valves part, worked out once for all breaks: which segment each link and customer is in, and segments joined by valves. Which
-- buildings are whose is there already.
CREATE TABLE segment AS
SELECT node, component
FROM pgr_connectedComponents('SELECT id, source, target, cost, cost AS reverse_cost FROM part WHERE valve IS NULL');

CREATE UNIQUE INDEX ON segment (node);
CREATE INDEX ON segment (component);
ANALYZE segment;

CREATE TABLE link_in AS
SELECT part.id AS link, segment.component
FROM part JOIN segment ON segment.node = part.source
WHERE part.valve IS NULL;

CREATE TABLE cell AS
SELECT part.id, a.component AS source, b.component AS target, part.cost, part.valve
FROM part
JOIN segment AS a ON a.node = part.source
JOIN segment AS b ON b.node = part.target
WHERE part.valve IS NOT NULL;

CREATE TABLE area AS SELECT DISTINCT component FROM segment;

CREATE TABLE spot_in AS
SELECT spot.junction, spot.kind, segment.component FROM spot JOIN segment ON segment.node = spot.junction;

CREATE TABLE building_in AS
SELECT served.building, segment.component FROM served JOIN segment ON segment.node = served.junction;

CREATE UNIQUE INDEX ON link_in (link);
CREATE INDEX ON link_in (component);
CREATE INDEX ON cell (source);
CREATE INDEX ON cell (target);
CREATE INDEX ON spot_in (component);
CREATE INDEX ON building_in (component);
ANALYZE link_in, cell, area, spot_in, building_in;
