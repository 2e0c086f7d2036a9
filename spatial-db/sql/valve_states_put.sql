-- Takes states of valves in; one of the same valve and moment is replaced.
INSERT INTO twin.valve_state AS kept (park_id, node_key, observed, open_fraction, stuck, source)
SELECT $1, given.node_key, given.observed, given.open_fraction, given.stuck, given.source
FROM unnest($2::text[], $3::timestamptz[], $4::double precision[], $5::boolean[], $6::text[])
    AS given (node_key, observed, open_fraction, stuck, source)
ON CONFLICT ON CONSTRAINT valve_state_once DO UPDATE
SET open_fraction = excluded.open_fraction, stuck = excluded.stuck, source = excluded.source
WHERE (kept.open_fraction, kept.stuck, kept.source)
    IS DISTINCT FROM (excluded.open_fraction, excluded.stuck, excluded.source);
