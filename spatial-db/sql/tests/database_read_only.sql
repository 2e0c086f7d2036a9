-- Makes a database read-only for whoever connects next.
ALTER DATABASE {name} SET default_transaction_read_only = on;
