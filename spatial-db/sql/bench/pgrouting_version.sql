SELECT pgr_version()
