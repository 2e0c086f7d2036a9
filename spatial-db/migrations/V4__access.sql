-- Who may do what, and who sees which park. Roles belong to the whole server: made once, and left out with a notice where
-- this user may not make them. The owner of the tables (the private server's only user) is bound by none of this.

CREATE TABLE twin.park_access (
    park_id int NOT NULL,
    grantee name NOT NULL,
    CONSTRAINT park_access_pk PRIMARY KEY (park_id, grantee),
    CONSTRAINT park_access_park_fk FOREIGN KEY (park_id) REFERENCES twin.park (park_id) ON DELETE CASCADE
);
COMMENT ON TABLE twin.park_access IS 'Which database roles see which park; members of a role see what it sees';
COMMENT ON COLUMN twin.park_access.park_id IS 'The park';
COMMENT ON COLUMN twin.park_access.grantee IS 'Role or user that sees it';

COMMENT ON TABLE twin.schema_history IS 'Migrations applied';
COMMENT ON COLUMN twin.schema_history.version IS 'Number of the migration';
COMMENT ON COLUMN twin.schema_history.name IS 'Its name';
COMMENT ON COLUMN twin.schema_history.applied_on IS 'When, RFC 3339';
COMMENT ON COLUMN twin.schema_history.checksum IS 'Checksum of its text';

-- The parks of a role. Runs as the owner so that park_access itself needs no grant.
CREATE FUNCTION twin.visible_park_ids(who name) RETURNS int[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT a.park_id), '{}')
    FROM twin.park_access AS a
    JOIN pg_catalog.pg_roles AS r ON r.rolname = a.grantee
    WHERE pg_has_role(who, r.oid, 'MEMBER');
END;
COMMENT ON FUNCTION twin.visible_park_ids(name) IS 'Parks that a role sees, itself or through its groups';

CREATE FUNCTION twin.sees_every_park(who name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = 'twin_owner' AND pg_has_role(who, r.oid, 'MEMBER')
    );
END;
COMMENT ON FUNCTION twin.sees_every_park(name) IS 'Whether a role is an owner';

-- One policy for every table with a park. The sub-selects are evaluated once a query, not once a row.
DO $$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT c.table_name FROM information_schema.columns AS c
        WHERE c.table_schema = 'twin' AND c.column_name = 'park_id'
    LOOP
        EXECUTE format('ALTER TABLE twin.%I ENABLE ROW LEVEL SECURITY', held.table_name);
        EXECUTE format(
            'CREATE POLICY park_visible ON twin.%I USING ((SELECT twin.sees_every_park(current_user))'
            ' OR park_id = ANY ((SELECT twin.visible_park_ids(current_user))::int[]))', held.table_name);
    END LOOP;
END
$$;

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['twin_owner', 'twin_importer', 'twin_analyst', 'twin_viewer', 'twin_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'role % was not made: this user may not create roles', role_name;
                -- Another database of the same server was migrated at the same moment.
                WHEN duplicate_object OR unique_violation THEN
                    NULL;
            END;
        END IF;
    END LOOP;
END
$$;

DO $$
DECLARE
    grants record;
    verb text;
BEGIN
    FOR grants IN
        SELECT * FROM (VALUES
            ('twin_owner', ARRAY['USAGE ON SCHEMA twin', 'ALL ON ALL TABLES IN SCHEMA twin']),
            ('twin_importer', ARRAY[
                'USAGE ON SCHEMA twin',
                'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA twin']),
            ('twin_analyst', ARRAY['USAGE ON SCHEMA twin', 'SELECT ON ALL TABLES IN SCHEMA twin']),
            ('twin_viewer', ARRAY['USAGE ON SCHEMA twin', 'SELECT ON ALL TABLES IN SCHEMA twin']),
            ('twin_auditor', ARRAY[
                'USAGE ON SCHEMA twin',
                'SELECT ON twin.park, twin.import_run, twin.source_layer, twin.quarantine, twin.change_log,'
                ' twin.audit_log, twin.schema_history'])
        ) AS g (role_name, verbs)
    LOOP
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = grants.role_name) THEN
            FOREACH verb IN ARRAY grants.verbs LOOP
                EXECUTE format('GRANT %s TO %I', verb, grants.role_name);
            END LOOP;
        END IF;
    END LOOP;
    -- What each role does not need after all: logs are only added to, access is the owner's to give, viewers see no logs.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_importer') THEN
        REVOKE UPDATE, DELETE ON twin.change_log, twin.audit_log FROM twin_importer;
        REVOKE INSERT, UPDATE, DELETE ON twin.park_access, twin.schema_history FROM twin_importer;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_viewer') THEN
        REVOKE SELECT ON twin.park_access, twin.quarantine, twin.change_log, twin.audit_log FROM twin_viewer;
        -- How many rows were rejected, not what was in them.
        GRANT SELECT (park_id) ON twin.quarantine TO twin_viewer;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'twin_analyst') THEN
        REVOKE SELECT ON twin.park_access, twin.audit_log FROM twin_analyst;
    END IF;
END
$$;
