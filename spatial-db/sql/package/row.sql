-- A row of a table.
INSERT INTO {table} (fid{columns}) VALUES (?1{places});
