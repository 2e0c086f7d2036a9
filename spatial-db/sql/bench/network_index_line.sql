-- What the server needs to find lines quickly.
CREATE INDEX ON line USING gist (flat);
ANALYZE line;
