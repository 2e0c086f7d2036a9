-- Every entry of a park's record of pitches, in the order of recording.
SELECT event_id, kind, holds_for, recorded, recorded_as, prospect, pitch, site, outcome, note, requirement, digest
FROM twin.pitch_event
WHERE park_id = $1
ORDER BY event_id;
