-- Has this session woken by every run that is committed.
LISTEN twin_change;
