-- Cases: the follow-up of land that may lie idle. One table of entries that is only ever added to, the files that belong to
-- them, and the figures that limit them. An entry says the day that it holds for; the database says when and as whom it was
-- recorded, which number it has in its case, and chains it to the entry before by its hash.

CREATE TABLE twin.case_rule (
    rule     text COLLATE "C" NOT NULL,
    value    double precision NOT NULL,
    unit     text NOT NULL,
    standard text NOT NULL,
    edition  text NOT NULL,
    clause   text NOT NULL,
    status   text NOT NULL,
    CONSTRAINT case_rule_pk PRIMARY KEY (rule),
    CONSTRAINT case_rule_status_known CHECK (status IN ('verified', 'secondary', 'memory', 'default'))
);
COMMENT ON TABLE twin.case_rule IS 'Figures that limit cases, with where they come from; the same for every park. Put your own text''s in their place';
COMMENT ON COLUMN twin.case_rule.rule IS 'Name of the figure';
COMMENT ON COLUMN twin.case_rule.value IS 'The figure, in unit';
COMMENT ON COLUMN twin.case_rule.unit IS 'Its unit';
COMMENT ON COLUMN twin.case_rule.standard IS 'Standard, regulation, or ParkTwin default';
COMMENT ON COLUMN twin.case_rule.edition IS 'Edition';
COMMENT ON COLUMN twin.case_rule.clause IS 'Clause, and what it says';
COMMENT ON COLUMN twin.case_rule.status IS 'verified, secondary, memory: how well it was checked against the text; default: no standard behind it';

INSERT INTO twin.case_rule (rule, value, unit, standard, edition, clause, status) VALUES
    ('extension_months', 12, 'month', 'Order 53 of the Ministry of Land and Resources', '2012',
     'Art. 12: an extension ends at most one year after the start agreed anew', 'memory'),
    ('temporary_use_months', 24, 'month', 'Order 53 of the Ministry of Land and Resources', '2012',
     'Art. 12: temporary use lasts at most two years', 'memory'),
    ('late_days', 14, 'd', 'ParkTwin default', '1',
     'an entry recorded more days than this after the day that it holds for needs a reason', 'default'),
    ('file_bytes', 33554432, 'byte', 'ParkTwin default', '1', 'largest file that can be attached', 'default');

CREATE TABLE twin.case_event (
    park_id       int NOT NULL,
    case_id       bigint NOT NULL,
    seq           int NOT NULL,
    kind          text NOT NULL,
    holds_for     date NOT NULL,
    recorded      timestamptz NOT NULL,
    recorded_as   text NOT NULL,
    recorded_by   text NOT NULL,
    parcel_key    text COLLATE "C",
    parcel_number text,
    contract_key  text COLLATE "C",
    state         text,
    cause         text,
    remedy        text,
    starts        date,
    due           date,
    refers        int,
    withdrawn     boolean,
    note          text,
    basis         text,
    reason        text,
    out_of_order  boolean NOT NULL,
    late          boolean NOT NULL,
    file_name     text,
    media_type    text,
    byte_count    bigint,
    file_hash     bytea,
    taken         timestamp(0),
    longitude     numeric(10, 7),
    latitude      numeric(9, 7),
    previous_hash bytea,
    hash          bytea NOT NULL,
    CONSTRAINT case_event_pk PRIMARY KEY (park_id, case_id, seq),
    CONSTRAINT case_event_park_fk FOREIGN KEY (park_id) REFERENCES twin.park (park_id),
    CONSTRAINT case_event_kind_known CHECK (
        kind IN ('opened', 'step', 'note', 'file', 'deadline', 'met', 'remedy', 'correction')),
    CONSTRAINT case_event_opened_first CHECK ((kind = 'opened') = (seq = 1)),
    CONSTRAINT case_event_parcel_if_opened CHECK ((kind = 'opened') = (parcel_key IS NOT NULL)),
    CONSTRAINT case_event_contract_if_opened CHECK (contract_key IS NULL OR kind = 'opened'),
    CONSTRAINT case_event_state_known CHECK (
        state IN ('suspected', 'investigation', 'determined', 'disposal', 'lifted')),
    CONSTRAINT case_event_state_if_step CHECK ((kind IN ('opened', 'step')) = (state IS NOT NULL)),
    CONSTRAINT case_event_cause_known CHECK (cause IN ('holder', 'government')),
    CONSTRAINT case_event_remedy_known CHECK (remedy IN ('extension', 'change_of_use', 'temporary_use', 'paid_reclaim',
        'swap', 'idle_fee', 'reclaim', 'other')),
    CONSTRAINT case_event_remedy_if_remedy CHECK ((kind = 'remedy') = (remedy IS NOT NULL)),
    CONSTRAINT case_event_starts_if_remedy CHECK (starts IS NULL OR kind IN ('remedy', 'correction')),
    CONSTRAINT case_event_due_if_deadline CHECK (due IS NULL OR kind IN ('deadline', 'remedy', 'correction')),
    CONSTRAINT case_event_refers_back CHECK ((kind IN ('met', 'correction')) = (refers IS NOT NULL)),
    CONSTRAINT case_event_withdrawn_if_correction CHECK ((kind = 'correction') = (withdrawn IS NOT NULL)),
    CONSTRAINT case_event_reason_if_back_dated CHECK (
        reason IS NOT NULL OR NOT (out_of_order OR late OR kind = 'correction')),
    CONSTRAINT case_event_file_whole CHECK (
        (kind = 'file') = (num_nonnulls(file_name, media_type, byte_count, file_hash) = 4)
        AND (kind = 'file' OR num_nonnulls(file_name, media_type, byte_count, file_hash, taken, longitude, latitude) = 0)),
    CONSTRAINT case_event_place_whole CHECK (num_nonnulls(longitude, latitude) IN (0, 2)),
    CONSTRAINT case_event_file_hash_length CHECK (octet_length(file_hash) = 32),
    CONSTRAINT case_event_hash_length CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32)
);
CREATE INDEX case_event_parcel ON twin.case_event (park_id, parcel_key) WHERE kind = 'opened';
COMMENT ON TABLE twin.case_event IS 'Everything on record of cases over land that may lie idle, one row an entry, never changed nor removed; docs/cases.md';
COMMENT ON COLUMN twin.case_event.park_id IS 'The park';
COMMENT ON COLUMN twin.case_event.case_id IS 'Number of the case in its park, from 1';
COMMENT ON COLUMN twin.case_event.seq IS 'Number of the entry in its case, from 1, in the order of recording';
COMMENT ON COLUMN twin.case_event.kind IS 'opened, step, note, file, deadline, remedy, met: a deadline was met or a remedy carried out, correction';
COMMENT ON COLUMN twin.case_event.holds_for IS 'The day in the world that it holds for; of a correction, the day that holds instead';
COMMENT ON COLUMN twin.case_event.recorded IS 'When it was recorded, by the database''s clock';
COMMENT ON COLUMN twin.case_event.recorded_as IS 'Database user, and the role that it had taken, who recorded it';
COMMENT ON COLUMN twin.case_event.recorded_by IS 'The person, as given';
COMMENT ON COLUMN twin.case_event.parcel_key IS 'opened: key of the parcel; imports may come and go';
COMMENT ON COLUMN twin.case_event.parcel_number IS 'opened: number of the parcel at that time';
COMMENT ON COLUMN twin.case_event.contract_key IS 'opened: key of the land contract, where the case is about one';
COMMENT ON COLUMN twin.case_event.state IS 'opened, step: suspected, investigation, determined, disposal, lifted';
COMMENT ON COLUMN twin.case_event.cause IS 'step to determined: holder or government; of a correction, what holds instead';
COMMENT ON COLUMN twin.case_event.remedy IS 'remedy: extension, change_of_use, temporary_use, paid_reclaim, swap, idle_fee, reclaim, other';
COMMENT ON COLUMN twin.case_event.starts IS 'remedy: first day; of a correction, what holds instead';
COMMENT ON COLUMN twin.case_event.due IS 'deadline: last day to meet it; remedy: its last day; of a correction, what holds instead';
COMMENT ON COLUMN twin.case_event.refers IS 'met: the deadline or remedy; correction: the entry that it corrects';
COMMENT ON COLUMN twin.case_event.withdrawn IS 'correction: the entry is withdrawn whole';
COMMENT ON COLUMN twin.case_event.note IS 'Words; what a deadline is for; of a correction, what holds instead';
COMMENT ON COLUMN twin.case_event.basis IS 'remedy: the figure that limits it and where that comes from';
COMMENT ON COLUMN twin.case_event.reason IS 'Why it is recorded late, before the day of an entry on record, or as a correction';
COMMENT ON COLUMN twin.case_event.out_of_order IS 'Back-dated: an entry for a later day was on record already';
COMMENT ON COLUMN twin.case_event.late IS 'Back-dated: recorded long after its day';
COMMENT ON COLUMN twin.case_event.file_name IS 'file: name';
COMMENT ON COLUMN twin.case_event.media_type IS 'file: media type, told from its bytes';
COMMENT ON COLUMN twin.case_event.byte_count IS 'file: size, bytes';
COMMENT ON COLUMN twin.case_event.file_hash IS 'file: BLAKE3 of its bytes';
COMMENT ON COLUMN twin.case_event.taken IS 'file: when a photograph was taken, by the camera''s clock';
COMMENT ON COLUMN twin.case_event.longitude IS 'file: where a photograph was taken, by the camera, WGS 84, degrees';
COMMENT ON COLUMN twin.case_event.latitude IS 'file: where a photograph was taken, by the camera, WGS 84, degrees';
COMMENT ON COLUMN twin.case_event.previous_hash IS 'Hash of the entry before; null for the first';
COMMENT ON COLUMN twin.case_event.hash IS 'SHA-256 over every other column of the row, previous_hash with them';

CREATE TABLE twin.case_file (
    park_id int NOT NULL,
    case_id bigint NOT NULL,
    seq     int NOT NULL,
    bytes   bytea NOT NULL,
    CONSTRAINT case_file_pk PRIMARY KEY (park_id, case_id, seq),
    CONSTRAINT case_file_event_fk FOREIGN KEY (park_id, case_id, seq) REFERENCES twin.case_event (park_id, case_id, seq)
);
-- Photographs do not compress.
ALTER TABLE twin.case_file ALTER COLUMN bytes SET STORAGE EXTERNAL;
COMMENT ON TABLE twin.case_file IS 'Files attached to cases, never changed nor removed';
COMMENT ON COLUMN twin.case_file.park_id IS 'The park';
COMMENT ON COLUMN twin.case_file.case_id IS 'The case';
COMMENT ON COLUMN twin.case_file.seq IS 'The entry that says what the file is';
COMMENT ON COLUMN twin.case_file.bytes IS 'The file';

COMMENT ON COLUMN twin.audit_log.action IS 'What was done: import, revert, case';

-- Says no, with what to do about it: the program passes both on.
CREATE FUNCTION twin.case_refuse(what text, fix text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TW001', MESSAGE = what, HINT = fix;
END
$$;
COMMENT ON FUNCTION twin.case_refuse(text, text) IS 'Refuses an entry of a case: what is wrong, what to do';

CREATE FUNCTION twin.case_may_become(old text, new text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM (VALUES
            ('suspected', 'investigation'), ('investigation', 'determined'), ('determined', 'disposal'),
            ('suspected', 'lifted'), ('investigation', 'lifted'), ('determined', 'lifted'), ('disposal', 'lifted')
        ) AS step (a, b)
        WHERE step.a = old AND step.b = new
    );
END;
COMMENT ON FUNCTION twin.case_may_become(text, text) IS 'Which state of a case may follow which';

CREATE FUNCTION twin.case_open_on(of_park int, parcel text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT o.case_id FROM twin.case_event AS o
    WHERE o.park_id = of_park AND o.kind = 'opened' AND o.parcel_key = parcel AND NOT EXISTS (
        SELECT FROM twin.case_event AS s
        WHERE s.park_id = o.park_id AND s.case_id = o.case_id AND s.state = 'lifted' AND NOT EXISTS (
            SELECT FROM twin.case_event AS c
            WHERE c.park_id = s.park_id AND c.case_id = s.case_id AND c.refers = s.seq AND c.withdrawn))
    ORDER BY o.case_id LIMIT 1;
END;
COMMENT ON FUNCTION twin.case_open_on(int, text) IS 'The case that is open on a parcel';

-- Each field as its length in bytes, a colon and its text, or as a hyphen where there is none: no two rows give the same.
CREATE FUNCTION twin.case_event_hash(e twin.case_event) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT sha256(convert_to(string_agg(
        CASE WHEN f.field IS NULL THEN '-' ELSE octet_length(convert_to(f.field, 'UTF8')) || ':' || f.field END,
        ',' ORDER BY f.at), 'UTF8'))
    FROM unnest(ARRAY[
        encode(e.previous_hash, 'hex'), e.park_id::text, e.case_id::text, e.seq::text, e.kind,
        to_char(e.holds_for, 'YYYY-MM-DD'), (extract(epoch FROM e.recorded) * 1000000)::bigint::text,
        e.recorded_as, e.recorded_by, e.parcel_key, e.parcel_number, e.contract_key, e.state, e.cause, e.remedy,
        to_char(e.starts, 'YYYY-MM-DD'), to_char(e.due, 'YYYY-MM-DD'), e.refers::text, e.withdrawn::text,
        e.note, e.basis, e.reason, e.out_of_order::text, e.late::text,
        e.file_name, e.media_type, e.byte_count::text, encode(e.file_hash, 'hex'),
        to_char(e.taken, 'YYYY-MM-DD HH24:MI:SS'), e.longitude::text, e.latitude::text
    ]) WITH ORDINALITY AS f (field, at);
END;
COMMENT ON FUNCTION twin.case_event_hash(twin.case_event) IS 'The hash of an entry; the program works it out by itself when it verifies a case';

-- Takes an entry in. Runs as the owner: it reads what the writer may not, gives out numbers and writes the audit log.
CREATE FUNCTION twin.case_event_enter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who name := coalesce(nullif(current_setting('role'), 'none'), session_user);
    today date;
    head record;
    target record;
    step record;
    figure record;
    held_state text;
    held_cause text;
    held_day date;
    next_day date;
    latest record;
    other bigint;
BEGIN
    IF NOT (pg_has_role(who, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = 'twin.case_event'::regclass), 'MEMBER')
            OR twin.sees_every_park(who) OR NEW.park_id = ANY (twin.visible_park_ids(who))) THEN
        RAISE insufficient_privilege USING MESSAGE = format('role %s does not see this park', who);
    END IF;
    -- One entry of a park at a time: numbers, states and hashes follow each other.
    PERFORM pg_advisory_xact_lock('twin.case_event'::regclass::oid::int, NEW.park_id);
    NEW.recorded := clock_timestamp();
    today := (NEW.recorded AT TIME ZONE 'UTC')::date;
    NEW.recorded_as := session_user || CASE WHEN who = session_user THEN '' ELSE ' as ' || who END;
    NEW.recorded_by := btrim(coalesce(NEW.recorded_by, ''));
    NEW.note := nullif(btrim(NEW.note), '');
    NEW.reason := nullif(btrim(NEW.reason), '');
    NEW.basis := NULL;
    NEW.parcel_number := NULL;
    IF NEW.recorded_by = '' THEN
        PERFORM twin.case_refuse('the entry does not say who records it', 'give the person''s name');
    END IF;
    -- A clerk's tomorrow may be the database's today.
    IF NEW.holds_for > today + 1 THEN
        PERFORM twin.case_refuse(format('%s is still to come', NEW.holds_for),
            'an entry holds for the day on which something was done; a day to come is a deadline');
    END IF;

    IF NEW.kind = 'opened' THEN
        SELECT p.number INTO head FROM twin.parcel AS p WHERE p.park_id = NEW.park_id AND p.key = NEW.parcel_key;
        IF NOT FOUND THEN
            PERFORM twin.case_refuse(format('the park has no parcel with the key %s', NEW.parcel_key),
                'a case is opened on a parcel on record; give its key as the cadastre has it');
        END IF;
        NEW.parcel_number := head.number;
        IF NEW.contract_key IS NOT NULL AND NOT EXISTS (SELECT FROM twin.land_contract AS c
            WHERE c.park_id = NEW.park_id AND c.key = NEW.contract_key AND c.parcel_key = NEW.parcel_key) THEN
            PERFORM twin.case_refuse(format('parcel %s has no contract %s', NEW.parcel_key, NEW.contract_key),
                'give a contract of this parcel, or none');
        END IF;
        other := twin.case_open_on(NEW.park_id, NEW.parcel_key);
        IF other IS NOT NULL THEN
            PERFORM twin.case_refuse(format('case %s is open on parcel %s already', other, NEW.parcel_key),
                'record there, or lift that case first');
        END IF;
        SELECT coalesce(max(e.case_id), 0) + 1 INTO NEW.case_id FROM twin.case_event AS e WHERE e.park_id = NEW.park_id;
        NEW.seq := 1;
        NEW.state := 'suspected';
        NEW.previous_hash := NULL;
    ELSE
        SELECT e.seq, e.hash INTO head FROM twin.case_event AS e
        WHERE e.park_id = NEW.park_id AND e.case_id = NEW.case_id ORDER BY e.seq DESC LIMIT 1;
        IF NOT FOUND THEN
            PERFORM twin.case_refuse(format('the park has no case %s', NEW.case_id), 'list the cases there are');
        END IF;
        NEW.seq := head.seq + 1;
        NEW.previous_hash := head.hash;
        -- where the case is: its last step that was not withdrawn, as corrected
        SELECT e.state, e.day, e.cause INTO step FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
        WHERE e.state IS NOT NULL AND NOT e.withdrawn ORDER BY e.seq DESC LIMIT 1;
        held_state := step.state;
        held_day := step.day;
        SELECT e.cause INTO held_cause FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
        WHERE e.state = 'determined' AND NOT e.withdrawn ORDER BY e.seq DESC LIMIT 1;
    END IF;

    SELECT e.* INTO target FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e WHERE e.seq = NEW.refers;
    IF NEW.refers IS NOT NULL THEN
        IF NOT FOUND THEN
            PERFORM twin.case_refuse(format('case %s has no entry %s', NEW.case_id, NEW.refers), 'look at its entries');
        END IF;
        -- A correction that gives no day keeps the one that holds.
        IF NEW.kind = 'correction' THEN
            NEW.withdrawn := coalesce(NEW.withdrawn, false);
            IF num_nonnulls(NEW.holds_for, NEW.cause, NEW.starts, NEW.due, NEW.note) = 0 AND NOT NEW.withdrawn THEN
                PERFORM twin.case_refuse('the correction says nothing else than the entry',
                    'give what holds instead, or withdraw the entry');
            END IF;
            NEW.holds_for := coalesce(NEW.holds_for, target.day);
        END IF;
        IF target.withdrawn THEN
            PERFORM twin.case_refuse(format('entry %s of case %s was withdrawn', NEW.refers, NEW.case_id),
                'record it anew');
        END IF;
    END IF;

    IF NEW.kind = 'step' THEN
        IF NOT twin.case_may_become(held_state, NEW.state) THEN
            PERFORM twin.case_refuse(format('case %s is %s and cannot become %s', NEW.case_id, held_state, NEW.state),
                CASE held_state WHEN 'lifted' THEN 'a lifted case is over; open a new one on the parcel'
                    ELSE 'next can be: ' || (SELECT string_agg(s.state, ', ') FROM unnest(
                        ARRAY['investigation', 'determined', 'disposal', 'lifted']) AS s (state)
                        WHERE twin.case_may_become(held_state, s.state)) END);
        END IF;
        IF (NEW.state = 'determined') <> (NEW.cause IS NOT NULL) THEN
            PERFORM twin.case_refuse('a case is determined with its cause, and only then has one',
                'say holder or government when the case is determined');
        END IF;
        IF NEW.holds_for < held_day THEN
            PERFORM twin.case_refuse(format('case %s is %s since %s; it cannot become %s on %s', NEW.case_id, held_state,
                held_day, NEW.state, NEW.holds_for), 'correct the day of that step first, if it is wrong');
        END IF;
    ELSIF NEW.kind = 'deadline' THEN
        IF NEW.due IS NULL OR NEW.note IS NULL THEN
            PERFORM twin.case_refuse('a deadline needs its last day and what it is for', 'give both');
        END IF;
    ELSIF NEW.kind = 'note' AND NEW.note IS NULL THEN
        PERFORM twin.case_refuse('the note is empty', 'give its words');
    ELSIF NEW.kind = 'met' THEN
        IF target.kind NOT IN ('deadline', 'remedy') THEN
            PERFORM twin.case_refuse(format('entry %s of case %s is neither deadline nor remedy', NEW.refers, NEW.case_id),
                'give the number of one');
        END IF;
        SELECT e.seq INTO other FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
        WHERE e.kind = 'met' AND e.refers = NEW.refers AND NOT e.withdrawn LIMIT 1;
        IF FOUND THEN
            PERFORM twin.case_refuse(format('it was met already, as entry %s says', other),
                'correct that entry, if it is wrong');
        END IF;
    ELSIF NEW.kind = 'remedy' THEN
        IF held_state NOT IN ('determined', 'disposal') THEN
            PERFORM twin.case_refuse(format('case %s is %s; a remedy follows the determination', NEW.case_id, held_state),
                'determine the case and its cause first');
        END IF;
        IF NEW.remedy IN ('extension', 'change_of_use', 'temporary_use', 'paid_reclaim', 'swap') AND held_cause = 'holder' THEN
            PERFORM twin.case_refuse(format(
                'the holder caused what case %s is about; the remedies of Art. 12 are for causes of the government',
                NEW.case_id), 'idle_fee, reclaim or other can be recorded');
        ELSIF NEW.remedy IN ('idle_fee', 'reclaim') AND held_cause = 'government' THEN
            PERFORM twin.case_refuse(format(
                'the government caused what case %s is about; fee and reclaim without pay are for causes of the holder',
                NEW.case_id), 'extension, change_of_use, temporary_use, paid_reclaim, swap or other can be recorded');
        END IF;
        NEW.starts := coalesce(NEW.starts, NEW.holds_for);
        IF NEW.remedy = 'other' AND NEW.note IS NULL THEN
            PERFORM twin.case_refuse('another remedy needs words that say which', 'give a note');
        END IF;
    ELSIF NEW.kind = 'correction' THEN
        IF target.kind = 'correction' THEN
            PERFORM twin.case_refuse(format('entry %s of case %s is a correction itself', NEW.refers, NEW.case_id),
                'name the entry that it corrects');
        END IF;
        IF NEW.reason IS NULL THEN
            PERFORM twin.case_refuse('a correction needs a reason', 'say why with a reason; it is always shown');
        END IF;
        IF NEW.cause IS NOT NULL AND target.state IS DISTINCT FROM 'determined'
            OR NEW.starts IS NOT NULL AND target.kind <> 'remedy'
            OR NEW.due IS NOT NULL AND target.kind NOT IN ('deadline', 'remedy') THEN
            PERFORM twin.case_refuse(format('entry %s of case %s has nothing of the kind', NEW.refers, NEW.case_id),
                'correct what the entry says');
        END IF;
        IF NEW.withdrawn AND target.state IS NOT NULL AND (target.kind = 'opened' OR target.seq <> (
            SELECT max(e.seq) FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
            WHERE e.state IS NOT NULL AND NOT e.withdrawn)) THEN
            PERFORM twin.case_refuse(format('entry %s of case %s carries what came after it', NEW.refers, NEW.case_id),
                CASE target.kind WHEN 'opened' THEN 'a case that should not have been opened is lifted'
                    ELSE 'withdraw the last step first' END);
        END IF;
        IF NEW.withdrawn AND target.state = 'lifted' THEN
            SELECT twin.case_open_on(e.park_id, e.parcel_key) INTO other FROM twin.case_event AS e
            WHERE e.park_id = NEW.park_id AND e.case_id = NEW.case_id AND e.seq = 1;
            IF other IS NOT NULL THEN
                PERFORM twin.case_refuse(format('case %s was opened on the parcel since', other), 'record there');
            END IF;
        END IF;
        IF target.state IS NOT NULL AND NOT NEW.withdrawn THEN
            SELECT max(e.day) FILTER (WHERE e.seq < target.seq), min(e.day) FILTER (WHERE e.seq > target.seq)
            INTO held_day, next_day FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
            WHERE e.state IS NOT NULL AND NOT e.withdrawn;
            IF NEW.holds_for < held_day OR NEW.holds_for > next_day THEN
                PERFORM twin.case_refuse(format('the steps of case %s would be out of order', NEW.case_id), format(
                    'give a day from %s to %s', coalesce(held_day::text, 'the beginning'), coalesce(next_day::text, 'now')));
            END IF;
        END IF;
    END IF;

    IF NEW.kind IN ('deadline', 'remedy') AND held_state = 'lifted' THEN
        PERFORM twin.case_refuse(format('case %s is lifted', NEW.case_id), 'a lifted case takes notes and files only');
    END IF;

    -- The last day of a deadline or remedy, given or corrected.
    IF NEW.kind IN ('deadline', 'remedy')
        OR NEW.kind = 'correction' AND target.kind IN ('deadline', 'remedy') AND NOT NEW.withdrawn THEN
        DECLARE
            measure text := coalesce(NEW.remedy, target.remedy);
            first_day date := coalesce(NEW.starts, target.starts, NEW.holds_for);
            last_day date := coalesce(NEW.due, target.due);
        BEGIN
            IF last_day < first_day THEN
                PERFORM twin.case_refuse(format('its last day %s is before its first %s', last_day, first_day),
                    'check both days');
            END IF;
            IF measure IN ('extension', 'temporary_use') THEN
                SELECT r.* INTO figure FROM twin.case_rule AS r WHERE r.rule = measure || '_months';
                IF last_day IS NULL THEN
                    PERFORM twin.case_refuse(format('%s needs its last day', measure), 'give it; ' || figure.clause);
                END IF;
                IF last_day > (first_day + make_interval(months => figure.value::int))::date THEN
                    PERFORM twin.case_refuse(format('%s from %s may last until %s, not %s', measure, first_day,
                        (first_day + make_interval(months => figure.value::int))::date, last_day),
                        format('%s (%s), %s [%s]', figure.standard, figure.edition, figure.clause, figure.status));
                END IF;
                NEW.basis := format('%s (%s), %s [%s]: %s %s', figure.standard, figure.edition, figure.clause, figure.status,
                    figure.value, figure.unit);
            END IF;
        END;
    END IF;
    IF NEW.kind = 'file' THEN
        SELECT r.* INTO figure FROM twin.case_rule AS r WHERE r.rule = 'file_bytes';
        IF NEW.byte_count > figure.value THEN
            PERFORM twin.case_refuse(format('%s has %s bytes; at most %s can be attached', NEW.file_name, NEW.byte_count,
                figure.value), 'make it smaller, or have the limit in twin.case_rule raised');
        END IF;
    END IF;

    -- Back-dated: before what is on record already, or long ago.
    SELECT e.seq, e.day INTO latest FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
    WHERE e.kind <> 'correction' AND NOT e.withdrawn AND e.seq IS DISTINCT FROM NEW.refers AND NEW.kind <> 'opened'
    ORDER BY e.day DESC, e.seq LIMIT 1;
    NEW.out_of_order := coalesce(NEW.holds_for < latest.day, false);
    SELECT r.* INTO figure FROM twin.case_rule AS r WHERE r.rule = 'late_days';
    NEW.late := today - NEW.holds_for > figure.value;
    IF NEW.reason IS NULL AND (NEW.out_of_order OR NEW.late) THEN
        PERFORM twin.case_refuse(
            CASE WHEN NEW.out_of_order
                THEN format('%s is before %s, the day of entry %s, which is on record already', NEW.holds_for, latest.day,
                    latest.seq)
                ELSE format('%s is %s days ago, more than %s', NEW.holds_for, today - NEW.holds_for, figure.value) END,
            'say why it is recorded only now with a reason; the entry is always shown as back-dated');
    END IF;

    NEW.hash := twin.case_event_hash(NEW);
    INSERT INTO twin.audit_log (park_id, action, detail) VALUES (NEW.park_id, 'case', jsonb_build_object(
        'case_id', NEW.case_id, 'seq', NEW.seq, 'kind', NEW.kind, 'by', NEW.recorded_by, 'hash', encode(NEW.hash, 'hex')));
    PERFORM pg_notify('twin_case', NEW.park_id::text);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION twin.case_event_enter() IS 'Takes an entry of a case in: number, moment, user, order, limits, hash';

-- The entries of a case with their corrections applied.
CREATE FUNCTION twin.case_entry(of_park int, of_case bigint)
RETURNS TABLE (seq int, kind text, day date, state text, cause text, remedy text, starts date, due date, refers int,
    withdrawn boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.seq, e.kind, coalesce(c.holds_for[cardinality(c.holds_for)], e.holds_for), e.state,
        coalesce(c.cause[cardinality(c.cause)], e.cause), e.remedy,
        coalesce(c.starts[cardinality(c.starts)], e.starts), coalesce(c.due[cardinality(c.due)], e.due), e.refers,
        coalesce(c.withdrawn, false)
    FROM twin.case_event AS e
    LEFT JOIN LATERAL (
        SELECT array_agg(o.holds_for ORDER BY o.seq) AS holds_for,
            array_agg(o.cause ORDER BY o.seq) FILTER (WHERE o.cause IS NOT NULL) AS cause,
            array_agg(o.starts ORDER BY o.seq) FILTER (WHERE o.starts IS NOT NULL) AS starts,
            array_agg(o.due ORDER BY o.seq) FILTER (WHERE o.due IS NOT NULL) AS due,
            bool_or(o.withdrawn) AS withdrawn
        FROM twin.case_event AS o
        WHERE o.park_id = e.park_id AND o.case_id = e.case_id AND o.kind = 'correction' AND o.refers = e.seq
    ) AS c ON true
    WHERE e.park_id = of_park AND e.case_id = of_case
$$;
COMMENT ON FUNCTION twin.case_entry(int, bigint) IS 'The entries of a case with their corrections applied';

CREATE TRIGGER case_event_enter BEFORE INSERT ON twin.case_event
    FOR EACH ROW EXECUTE FUNCTION twin.case_event_enter();

CREATE FUNCTION twin.case_file_enter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM twin.case_event AS e WHERE e.park_id = NEW.park_id AND e.case_id = NEW.case_id
        AND e.seq = NEW.seq AND e.kind = 'file' AND e.byte_count = octet_length(NEW.bytes)) THEN
        PERFORM twin.case_refuse('the bytes are not those of the entry', 'attach the file anew');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION twin.case_file_enter() IS 'Takes a file in: there is an entry that says so, of the same size';
CREATE TRIGGER case_file_enter BEFORE INSERT ON twin.case_file FOR EACH ROW EXECUTE FUNCTION twin.case_file_enter();

CREATE FUNCTION twin.case_keep() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'TW002', MESSAGE = format('%s of twin.%s refused: cases are only ever added to',
        TG_OP, TG_TABLE_NAME), HINT = 'record a correction: a new entry that names the one it corrects';
END
$$;
COMMENT ON FUNCTION twin.case_keep() IS 'Refuses to change or remove what is on record of a case';
CREATE TRIGGER case_event_keep BEFORE UPDATE OR DELETE ON twin.case_event FOR EACH ROW EXECUTE FUNCTION twin.case_keep();
CREATE TRIGGER case_event_keep_all BEFORE TRUNCATE ON twin.case_event EXECUTE FUNCTION twin.case_keep();
CREATE TRIGGER case_file_keep BEFORE UPDATE OR DELETE ON twin.case_file FOR EACH ROW EXECUTE FUNCTION twin.case_keep();
CREATE TRIGGER case_file_keep_all BEFORE TRUNCATE ON twin.case_file EXECUTE FUNCTION twin.case_keep();

-- Who sees what, as in V4. Analysts write; importers and auditors read; viewers, to whom sites are pitched, do not see that
-- there are cases.
ALTER TABLE twin.case_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY park_visible ON twin.case_event USING ((SELECT twin.sees_every_park(current_user))
    OR park_id = ANY ((SELECT twin.visible_park_ids(current_user))::int[]));
ALTER TABLE twin.case_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY park_visible ON twin.case_file USING ((SELECT twin.sees_every_park(current_user))
    OR park_id = ANY ((SELECT twin.visible_park_ids(current_user))::int[]));
DO $$
DECLARE
    grants record;
BEGIN
    FOR grants IN
        SELECT * FROM (VALUES
            ('twin_owner', 'SELECT, INSERT ON twin.case_event, twin.case_file'),
            ('twin_owner', 'SELECT, UPDATE ON twin.case_rule'),
            ('twin_importer', 'SELECT ON twin.case_event, twin.case_file, twin.case_rule'),
            ('twin_analyst', 'SELECT, INSERT ON twin.case_event, twin.case_file'),
            ('twin_analyst', 'SELECT ON twin.case_rule'),
            ('twin_auditor', 'SELECT ON twin.case_event, twin.case_file, twin.case_rule')
        ) AS g (role_name, verbs)
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = grants.role_name) THEN
            EXECUTE format('GRANT %s TO %I', grants.verbs, grants.role_name);
        END IF;
    END LOOP;
END
$$;
