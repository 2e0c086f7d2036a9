-- A place for the rows of a layer that are new or differ.
CREATE TEMPORARY TABLE twin_stage ON COMMIT DROP AS
SELECT false AS is_new, {columns} FROM twin.{table} WITH NO DATA;
