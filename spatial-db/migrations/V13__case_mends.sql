-- Cases, stricter: a determination that a remedy rests on stays; what the audit log says of cases comes from their entries alone; a
-- correction that moves no day is no late entry; figures of the rules change by migration only.

-- Takes an entry in, as before, and looks after what rests on it.
CREATE OR REPLACE FUNCTION twin.case_event_enter() RETURNS trigger
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
                NEW.case_id), 'idle-fee, reclaim or other can be recorded');
        ELSIF NEW.remedy IN ('idle_fee', 'reclaim') AND held_cause = 'government' THEN
            PERFORM twin.case_refuse(format(
                'the government caused what case %s is about; fee and reclaim without pay are for causes of the holder',
                NEW.case_id), 'extension, change-of-use, temporary-use, paid-reclaim, swap or other can be recorded');
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
        -- What was done about it rests on the determination and its cause.
        IF target.state = 'determined' AND (NEW.withdrawn OR NEW.cause IS DISTINCT FROM target.cause AND NEW.cause IS NOT NULL) THEN
            SELECT e.seq INTO other FROM twin.case_entry(NEW.park_id, NEW.case_id) AS e
            WHERE e.kind = 'remedy' AND e.remedy <> 'other' AND NOT e.withdrawn ORDER BY e.seq DESC LIMIT 1;
            IF FOUND THEN
                PERFORM twin.case_refuse(format('entry %s of case %s is a remedy that rests on entry %s', other, NEW.case_id,
                    NEW.refers), format('withdraw entry %s first', other));
            END IF;
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
        PERFORM twin.case_refuse(format('case %s is lifted', NEW.case_id), 'a lifted case takes notes, files, corrections, and that something was met');
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
    -- A correction that moves no day is about something else: nothing is dated back.
    IF NEW.kind = 'correction' AND NEW.holds_for = target.day THEN
        NEW.out_of_order := false;
        NEW.late := false;
    END IF;
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

-- What the audit log says of cases is written by the entries themselves and by nobody else.
CREATE FUNCTION twin.audit_case_enter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.action = 'case' AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING ERRCODE = 'TW002', MESSAGE = 'INSERT of twin.audit_log refused: what it says of cases comes from their entries',
            HINT = 'record an entry of the case';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION twin.audit_case_enter() IS 'Takes what is said of cases from their entries alone';
CREATE TRIGGER audit_case_enter BEFORE INSERT ON twin.audit_log FOR EACH ROW EXECUTE FUNCTION twin.audit_case_enter();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_owner') THEN
        REVOKE UPDATE ON twin.case_rule FROM twin_owner;
    END IF;
END
$$;
