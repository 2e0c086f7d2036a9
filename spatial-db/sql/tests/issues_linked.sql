-- Issues that know their feature.
SELECT count(feature_id) FROM twin.issue;
