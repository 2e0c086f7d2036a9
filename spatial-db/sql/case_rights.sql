-- What this user may read: cases, parcels and contracts, the audit log.
SELECT has_table_privilege('twin.case_event', 'SELECT'),
    has_table_privilege('twin.parcel', 'SELECT') AND has_table_privilege('twin.land_contract', 'SELECT'),
    has_table_privilege('twin.audit_log', 'SELECT');
