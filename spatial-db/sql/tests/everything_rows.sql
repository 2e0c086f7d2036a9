-- Every row of a table, whole.
SELECT t::text AS line FROM twin.{table} AS t
