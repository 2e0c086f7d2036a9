-- Lets this connection write whatever the database says.
SET default_transaction_read_only = off;
