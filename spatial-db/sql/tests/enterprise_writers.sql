-- Number and last writing transaction of every enterprise.
SELECT key, xmin::text FROM twin.enterprise ORDER BY key;
