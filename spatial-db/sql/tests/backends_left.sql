-- Connections that the server has not missed yet.
SELECT count(*) FROM pg_stat_activity WHERE datname = $1;
