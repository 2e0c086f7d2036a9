-- What a run read, so that the next one knows whether there is anything new to read.
ALTER TABLE twin.import_run
    ADD COLUMN fingerprint bytea,
    ADD CONSTRAINT import_run_fingerprint_length CHECK (octet_length(fingerprint) = 32);
COMMENT ON COLUMN twin.import_run.fingerprint IS 'BLAKE3 over the manifest, the program and every byte of the files read; null where that is not all the run depends on';
