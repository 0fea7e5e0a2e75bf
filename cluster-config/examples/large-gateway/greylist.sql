-- What the gateway remembers of strangers, in SQLite: sqlite_dbfile in mailpipeline.conf.
CREATE TABLE IF NOT EXISTS seen (
    -- network of the client, sender and recipient
    triplet TEXT PRIMARY KEY,
    -- when it came first, seconds since 1970
    first   INTEGER NOT NULL
) WITHOUT ROWID;
