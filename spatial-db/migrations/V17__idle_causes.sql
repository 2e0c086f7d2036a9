-- Which cause of Order 53, Art. 8, excuses the holder, and until when. What is on record says neither: the cause is then not told, and
-- it lasts until an event shows its end, as before.

ALTER TABLE twin.land_event
    ADD COLUMN cause text,
    ADD COLUMN until date,
    ADD CONSTRAINT land_event_cause_known CHECK (cause IN (
        'not_delivered', 'plan_changed', 'policy_changed', 'complaints', 'military_or_relics', 'government_other', 'force_majeure'
    ));
COMMENT ON COLUMN twin.land_event.cause IS 'government_cause: not_delivered, plan_changed, policy_changed, complaints, military_or_relics, government_other, force_majeure';
COMMENT ON COLUMN twin.land_event.until IS 'government_cause: over from this date, the day after its last';
