-- Nothing in a file that came from somewhere runs, and nothing is written to it.
PRAGMA query_only = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
