-- What the audit log says of cases, stricter: the depth of a trigger alone proves nothing, for whoever may write to the log may have a
-- trigger of their own on a table of their own. Only the trigger of the entries runs there as their owner.
CREATE OR REPLACE FUNCTION twin.audit_case_enter() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.action = 'case' AND (pg_trigger_depth() < 2 OR current_user IS DISTINCT FROM (
        SELECT pg_get_userbyid(p.proowner) FROM pg_proc AS p
        WHERE p.oid = 'twin.case_event_enter()'::regprocedure AND p.prosecdef)) THEN
        RAISE EXCEPTION USING ERRCODE = 'TW002', MESSAGE = 'INSERT of twin.audit_log refused: what it says of cases comes from their entries',
            HINT = 'record an entry of the case';
    END IF;
    RETURN NEW;
END
$$;
