-- A view where a table of a package should be.
DROP TABLE surface;
CREATE VIEW surface AS SELECT * FROM building;
