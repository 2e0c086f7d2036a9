-- What the server needs to find rows of a graph, and who is near whom, quickly.
CREATE INDEX ON part (source);
CREATE INDEX ON part (target);
CREATE INDEX ON spot USING gist (place);
CREATE INDEX ON spot (junction);
ANALYZE link, part, spot, building;
