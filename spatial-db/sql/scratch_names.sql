-- Databases that tests left behind or still use.
SELECT datname FROM pg_database WHERE starts_with(datname, 'twin_test_');
