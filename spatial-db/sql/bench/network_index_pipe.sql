-- What the server needs to find lines near others quickly. With an index of their numbers too it takes many times as long: it then
-- looks half of all lines up for each.
CREATE INDEX ON pipe USING gist (way);
ANALYZE pipe, ask;
