-- Lets the planner know how many issues wait.
ANALYZE pg_temp.twin_issue_stage;
