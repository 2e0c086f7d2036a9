-- An entry of the record of pitches. The database gives it its number, moment and user.
INSERT INTO twin.pitch_event (park_id, kind, holds_for, recorded, recorded_as, prospect, pitch, site, outcome, note, requirement, digest)
VALUES ($1, $2, $3, now(), session_user, $4, $5, $6, $7, $8, $9, $10)
RETURNING event_id;
