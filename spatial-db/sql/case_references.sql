-- Which parcels and contracts of cases are on record now.
SELECT o.case_id,
    EXISTS (SELECT FROM twin.parcel AS p WHERE p.park_id = o.park_id AND p.key = o.parcel_key) AS has_parcel,
    EXISTS (SELECT FROM twin.land_contract AS c WHERE c.park_id = o.park_id AND c.key = o.contract_key) AS has_contract
FROM twin.case_event AS o
WHERE o.park_id = $1 AND o.kind = 'opened';
