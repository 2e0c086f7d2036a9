-- Streams new rows into a table.
COPY twin.{table} ({columns}) FROM STDIN (FORMAT binary);
