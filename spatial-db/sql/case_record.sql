-- An entry of a case. The database gives it its number, moment, user and hash, or refuses it.
INSERT INTO twin.case_event (park_id, case_id, kind, holds_for, recorded_by, parcel_key, contract_key, state, cause, remedy,
    starts, due, refers, withdrawn, note, reason, file_name, media_type, byte_count, file_hash, taken, longitude, latitude)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
    $22::double precision::numeric, $23::double precision::numeric)
RETURNING case_id, seq;
