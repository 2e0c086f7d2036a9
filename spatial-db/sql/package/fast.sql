-- A file that nobody sees before it is whole needs no journal; it is brought to disk once, at the end.
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
