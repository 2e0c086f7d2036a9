-- A valve can be stuck, and it can be looked for without anybody learning how it stands.

ALTER TABLE twin.valve_state ALTER COLUMN open_fraction DROP NOT NULL;
ALTER TABLE twin.valve_state ADD COLUMN stuck boolean NOT NULL DEFAULT false;
ALTER TABLE twin.valve_state ADD CONSTRAINT valve_state_stuck_somewhere CHECK (NOT stuck OR open_fraction IS NOT NULL);
COMMENT ON TABLE twin.valve_state IS 'How valves and switches stood, as observed or set in a drill: the last before a moment holds for it';
COMMENT ON COLUMN twin.valve_state.open_fraction IS '0 closed, 1 fully open; null where it was looked for and not known';
COMMENT ON COLUMN twin.valve_state.stuck IS 'It cannot be moved from where it stands';
