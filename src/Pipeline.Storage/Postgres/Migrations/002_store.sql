-- Times are in 100 ns since 1970 UTC. Ids compare octet by octet, as they ascend in time.

-- The messages that are not complete. The recipients stand as in the document (or in the column, when it is set),
-- changed by the states in the journal from sequence "base" on.
CREATE TABLE queue (
  id          text COLLATE "C" PRIMARY KEY,
  day         int NOT NULL,      -- of the id, as in the journal
  owner       text NOT NULL,     -- '' when in nobody's hands
  epoch       bigint NOT NULL,
  claim       bigint NOT NULL,   -- which call of the owner claimed it; 0 with the acceptance
  stage       smallint NOT NULL, -- 0 to be routed, 1 to be delivered
  destination text COLLATE "C",  -- of the recipient that is due first
  due         bigint NOT NULL,   -- earliest time of a queued recipient
  received    bigint NOT NULL,
  size        bigint NOT NULL,   -- octets of header block and body
  length      bigint NOT NULL,   -- octets of the body
  queued      int NOT NULL,      -- recipients still to be delivered, as of "base"
  base        int NOT NULL,
  document    bytea NOT NULL,    -- envelope, policy and properties, JSON
  recipients  bytea              -- JSON
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.02);

CREATE INDEX queue_due ON queue (stage, due, id) WHERE owner = '';
CREATE INDEX queue_destination ON queue (destination, due, id) WHERE owner = '' AND destination IS NOT NULL;

-- Apart from the queue, so that a claim or a release does not write the body again. Chunk 0 has the header block and the first octets.
CREATE TABLE content (
  id     text COLLATE "C" NOT NULL,
  chunk  int NOT NULL,
  header bytea,
  octets bytea NOT NULL,
  PRIMARY KEY (id, chunk)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_scale_factor = 0.02,
        toast.autovacuum_vacuum_cost_delay = 0, toast_tuple_target = 8160);

-- Mail is compressed already or too small for it: no attempt is worth its time.
ALTER TABLE content ALTER COLUMN header SET STORAGE EXTERNAL, ALTER COLUMN octets SET STORAGE EXTERNAL;

-- One row for all the events of one message in one commit. The day is that of the message id, so that all its events are in one partition,
-- which is dropped as a whole when every message of its day has ended long ago.
CREATE TABLE journal (
  day        int NOT NULL,
  id         text COLLATE "C" NOT NULL,
  first      int NOT NULL,      -- sequence of the first event in the row
  count      int NOT NULL,
  at         bigint,            -- head rows only: time of the first event
  sender     text,              -- head rows only
  recipients text,              -- head rows only: one address on each line
  ended      bigint,            -- set by the commit that ended the message
  states     bytea,             -- recipients as changed by the commit, JSON
  entries    bytea NOT NULL,    -- JSON
  PRIMARY KEY (day, id, first)
) PARTITION BY RANGE (day);

CREATE INDEX journal_at ON journal (at, id) WHERE at IS NOT NULL;
CREATE INDEX journal_ended ON journal (ended) WHERE ended IS NOT NULL;

-- For days that have no partition of their own: those of a clock that was wrong, or of messages copied from elsewhere.
CREATE TABLE journal_default PARTITION OF journal DEFAULT;

CREATE TABLE retry_hint (
  key   text COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL
);
