-- Makes it writable again.
ALTER DATABASE {name} RESET default_transaction_read_only;
