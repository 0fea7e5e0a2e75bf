-- How often this store was opened for writing: the epoch of its owner.
CREATE TABLE life (
  epoch INTEGER NOT NULL
) STRICT;

INSERT INTO life (epoch) VALUES (0);

-- One row for all the events of one message in one commit. Times are in 100 ns since 1970 UTC.
CREATE TABLE journal (
  n          INTEGER PRIMARY KEY,
  id         TEXT NOT NULL,
  first      INTEGER NOT NULL, -- sequence of the first event in the row
  count      INTEGER NOT NULL,
  at         INTEGER,          -- head rows only: time of the first event
  sender     TEXT,             -- head rows only
  recipients TEXT,             -- head rows only: one address on each line
  ended      INTEGER,          -- set by the commit that ended the message
  states     BLOB,             -- recipients as changed by the commit, JSON
  entries    BLOB NOT NULL     -- JSON
) STRICT;

CREATE UNIQUE INDEX journal_id ON journal (id, first);
CREATE INDEX journal_at ON journal (at) WHERE at IS NOT NULL;
CREATE INDEX journal_ended ON journal (ended) WHERE ended IS NOT NULL;

-- The messages that are not complete. The recipients stand as in the document (or in the column, when it is set),
-- changed by the states in the journal from sequence "base" on.
CREATE TABLE queue (
  id         TEXT NOT NULL PRIMARY KEY,
  content    INTEGER NOT NULL,
  owner      TEXT NOT NULL,    -- '' when in nobody's hands
  epoch      INTEGER NOT NULL,
  due        INTEGER NOT NULL, -- earliest time of a queued recipient
  received   INTEGER NOT NULL,
  size       INTEGER NOT NULL,
  queued     INTEGER NOT NULL, -- recipients still to be delivered, as of "base"
  base       INTEGER NOT NULL,
  document   BLOB NOT NULL,    -- envelope, policy and properties, JSON
  recipients BLOB              -- JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX queue_due ON queue (due) WHERE owner = '';

-- Apart from the queue, so that a claim or a release does not write the body again.
CREATE TABLE content (
  n      INTEGER PRIMARY KEY,
  header BLOB NOT NULL,
  length INTEGER NOT NULL,     -- octets of the body
  file   TEXT,                 -- name of the body's file when it is not in "body"
  body   BLOB
) STRICT;

CREATE TABLE retry_hint (
  key   TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
