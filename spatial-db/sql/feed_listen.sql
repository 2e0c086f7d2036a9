-- Has this session woken by every run that is committed, and by every entry of a case.
LISTEN twin_change;
LISTEN twin_case;
