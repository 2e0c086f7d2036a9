-- States of a park's valves, in time.
SELECT node_key, observed, open_fraction, stuck, source
FROM twin.valve_state
WHERE park_id = $1
ORDER BY node_key, observed;
