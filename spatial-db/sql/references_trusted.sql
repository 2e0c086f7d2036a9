-- Leaves out the foreign key check of every row: all have the park that this transaction holds.
SET LOCAL session_replication_role = replica;
