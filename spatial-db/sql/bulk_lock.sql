-- Takes a table for this transaction alone, or fails at once.
LOCK TABLE twin.{table} IN ACCESS EXCLUSIVE MODE NOWAIT;
