-- The issues of rows have found their place.
DROP TABLE pg_temp.twin_issue_stage;
