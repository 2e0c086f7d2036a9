-- Streams rows into a table that this transaction emptied; they need no second visit to be marked visible.
COPY twin.{table} ({columns}) FROM STDIN (FORMAT binary, FREEZE);
