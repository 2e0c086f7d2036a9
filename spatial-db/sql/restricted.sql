-- Whether row-level security binds this user; COPY into a table is then not to be had.
SELECT row_security_active('twin.park') AS restricted;
