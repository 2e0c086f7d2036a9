-- Statements that take a table's indexes off and put the same ones back.
WITH
    -- keys
    keys AS (
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS take_off,
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS put_back,
               conindid
        FROM pg_constraint
        WHERE conrelid = format('twin.%I', $1::text)::regclass AND contype IN ('p', 'u')
    ),
    -- indexes that are no keys
    others AS (
        SELECT format('DROP INDEX %s', indexrelid::regclass) AS take_off, pg_get_indexdef(indexrelid) AS put_back
        FROM pg_index
        WHERE indrelid = format('twin.%I', $1::text)::regclass AND indexrelid NOT IN (SELECT conindid FROM keys)
    )
SELECT take_off, put_back FROM keys
UNION ALL
SELECT take_off, put_back FROM others;
