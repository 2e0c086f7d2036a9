-- A record that refuses one prospect, as a server may that is full or has gone away.
ALTER TABLE twin.pitch_event ADD CONSTRAINT pitch_event_refused CHECK (prospect <> 'Refused');
