-- Everything on record of the cases of a park, or of one.
SELECT case_id, seq, kind, holds_for, recorded, recorded_as, recorded_by, parcel_key, parcel_number, contract_key, state, cause,
    remedy, starts, due, refers, coalesce(withdrawn, false), note, basis, reason, out_of_order, late, file_name, media_type,
    byte_count, encode(file_hash, 'hex'), taken, longitude::double precision, latitude::double precision, encode(hash, 'hex')
FROM twin.case_event WHERE park_id = $1 AND ($2::bigint IS NULL OR case_id = $2)
ORDER BY case_id, seq;
