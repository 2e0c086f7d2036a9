-- Pitches: who asked for what, what was offered, who came to see it, who got which package, what came of it. One table of entries
-- that is only ever added to. An entry says the day that it holds for; the database says when and as whom it was recorded.

CREATE TABLE twin.pitch_event (
    park_id     int NOT NULL,
    event_id    bigint GENERATED ALWAYS AS IDENTITY,
    kind        text NOT NULL,
    holds_for   date NOT NULL,
    recorded    timestamptz NOT NULL,
    recorded_as text NOT NULL,
    prospect    text NOT NULL,
    pitch       text,
    site        text,
    outcome     text,
    note        text,
    requirement text,
    digest      text,
    CONSTRAINT pitch_event_pk PRIMARY KEY (park_id, event_id),
    CONSTRAINT pitch_event_park_fk FOREIGN KEY (park_id) REFERENCES twin.park (park_id),
    CONSTRAINT pitch_event_kind_known CHECK (kind IN ('asked', 'offered', 'visited', 'given', 'ended')),
    CONSTRAINT pitch_event_outcome_known CHECK (outcome IN ('signed', 'declined', 'unmet', 'withdrawn')),
    CONSTRAINT pitch_event_outcome_if_ended CHECK ((kind = 'ended') = (outcome IS NOT NULL)),
    CONSTRAINT pitch_event_requirement_if_asked CHECK (requirement IS NULL OR kind = 'asked'),
    CONSTRAINT pitch_event_digest_if_given CHECK ((kind = 'given') = (digest IS NOT NULL)),
    CONSTRAINT pitch_event_site_if_offered CHECK (kind NOT IN ('offered', 'visited', 'given') OR site IS NOT NULL),
    CONSTRAINT pitch_event_prospect_said CHECK (btrim(prospect) <> '')
);
CREATE INDEX pitch_event_prospect ON twin.pitch_event (park_id, prospect);
COMMENT ON TABLE twin.pitch_event IS 'Everything on record of prospects and what was offered to them, one row an entry, never changed nor removed; docs/pitch.md';
COMMENT ON COLUMN twin.pitch_event.park_id IS 'The park';
COMMENT ON COLUMN twin.pitch_event.event_id IS 'Number of the entry, in the order of recording';
COMMENT ON COLUMN twin.pitch_event.kind IS 'asked, offered, visited, given: a package was given away, ended';
COMMENT ON COLUMN twin.pitch_event.holds_for IS 'The day in the world that it holds for';
COMMENT ON COLUMN twin.pitch_event.recorded IS 'When it was recorded, by the database''s clock';
COMMENT ON COLUMN twin.pitch_event.recorded_as IS 'Database user, and the role that it had taken, who recorded it';
COMMENT ON COLUMN twin.pitch_event.prospect IS 'Who asks, as people say it';
COMMENT ON COLUMN twin.pitch_event.pitch IS 'Name of the pitch';
COMMENT ON COLUMN twin.pitch_event.site IS 'offered, visited, given: the site, as people say it';
COMMENT ON COLUMN twin.pitch_event.outcome IS 'ended: signed, declined by the prospect, unmet by the park, withdrawn';
COMMENT ON COLUMN twin.pitch_event.note IS 'Words; of what could not be met, what was missing';
COMMENT ON COLUMN twin.pitch_event.requirement IS 'asked: the pitch file as it was written';
COMMENT ON COLUMN twin.pitch_event.digest IS 'given: BLAKE3 of the package, 64 hexadecimal digits';

CREATE FUNCTION twin.pitch_event_enter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    NEW.recorded := clock_timestamp();
    NEW.recorded_as := session_user || CASE WHEN who = session_user THEN '' ELSE ' as ' || who END;
    NEW.prospect := btrim(NEW.prospect);
    NEW.note := nullif(btrim(NEW.note), '');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION twin.pitch_event_enter() IS 'Says when and as whom an entry is recorded';
CREATE TRIGGER pitch_event_enter BEFORE INSERT ON twin.pitch_event
    FOR EACH ROW EXECUTE FUNCTION twin.pitch_event_enter();

CREATE FUNCTION twin.pitch_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TW002', MESSAGE = format('%s of twin.%s refused: pitches are only ever added to',
        TG_OP, TG_TABLE_NAME), HINT = 'record another entry';
END
$$;
COMMENT ON FUNCTION twin.pitch_keep() IS 'Refuses to change or remove an entry';
CREATE TRIGGER pitch_event_keep BEFORE UPDATE OR DELETE ON twin.pitch_event FOR EACH ROW EXECUTE FUNCTION twin.pitch_keep();
CREATE TRIGGER pitch_event_keep_all BEFORE TRUNCATE ON twin.pitch_event EXECUTE FUNCTION twin.pitch_keep();

-- Who sees what, as in V4. Analysts write, auditors read; viewers, to whom sites are pitched, do not see who else asked.
ALTER TABLE twin.pitch_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY park_visible ON twin.pitch_event USING ((SELECT twin.sees_every_park(current_user))
    OR park_id = ANY ((SELECT twin.visible_park_ids(current_user))::int[]));
DO $$
DECLARE
    grants record;
BEGIN
    FOR grants IN
        SELECT * FROM (VALUES
            ('twin_owner', 'SELECT, INSERT'), ('twin_analyst', 'SELECT, INSERT'), ('twin_auditor', 'SELECT')
        ) AS g (role_name, verbs)
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = grants.role_name) THEN
            EXECUTE format('GRANT %s ON twin.pitch_event TO %I', grants.verbs, grants.role_name);
        END IF;
    END LOOP;
END
$$;
