-- The entries of a case as what their hashes are taken over, in that order, then the hashes themselves.
SELECT seq, kind, ARRAY[
        encode(previous_hash, 'hex'), park_id::text, case_id::text, seq::text, kind,
        to_char(holds_for, 'YYYY-MM-DD'), (extract(epoch FROM recorded) * 1000000)::bigint::text,
        recorded_as, recorded_by, parcel_key, parcel_number, contract_key, state, cause, remedy,
        to_char(starts, 'YYYY-MM-DD'), to_char(due, 'YYYY-MM-DD'), refers::text, withdrawn::text,
        note, basis, reason, out_of_order::text, late::text,
        file_name, media_type, byte_count::text, encode(file_hash, 'hex'),
        to_char(taken, 'YYYY-MM-DD HH24:MI:SS'), longitude::text, latitude::text
    ] AS fields, encode(previous_hash, 'hex'), encode(hash, 'hex'), encode(file_hash, 'hex')
FROM twin.case_event WHERE park_id = $1 AND case_id = $2
ORDER BY seq;
