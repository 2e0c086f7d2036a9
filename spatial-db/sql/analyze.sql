-- Lets the planner know what was loaded.
ANALYZE twin.{table};
