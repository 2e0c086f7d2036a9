-- The columns that a table of a package has.
SELECT name FROM pragma_table_info(?1);
