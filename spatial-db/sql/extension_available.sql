-- Whether the server's packages bring PostGIS.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis') AS available;
