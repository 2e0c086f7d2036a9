-- Junctions from geometry where ends are one to the last bit, and which line ends at which.
CREATE TABLE meeting AS
SELECT id, in_edges, out_edges
FROM pgr_extractVertices('SELECT id, way AS geom FROM line ORDER BY id');

CREATE TABLE line_end AS
SELECT o.line AS id, o.meeting AS source, i.meeting AS target
FROM (SELECT id AS meeting, unnest(out_edges) AS line FROM meeting) AS o
JOIN (SELECT id AS meeting, unnest(in_edges) AS line FROM meeting) AS i USING (line);
