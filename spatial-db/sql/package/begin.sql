-- Everything that follows is one transaction.
BEGIN;
