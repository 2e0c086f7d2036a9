-- Every row of a table, as packed.
SELECT fid{columns} FROM {table} ORDER BY fid;
