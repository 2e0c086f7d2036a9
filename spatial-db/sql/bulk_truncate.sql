-- Gives an empty table a new file, which this transaction may fill without logging every row first.
TRUNCATE twin.{table};
