-- Whether a table has no rows of any park.
SELECT NOT EXISTS (SELECT FROM twin.{table}) AS empty;
