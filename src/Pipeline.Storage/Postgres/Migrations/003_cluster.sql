-- The session-level advisory locks of this database by their one-number key: a living node holds one, the holder of a role another.
CREATE VIEW session_lock AS
  SELECT (classid::bigint << 32) | objid::bigint AS key, pid
  FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND mode = 'ExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- The members: what they are, what they last said, and how their last life ended. Whether a life may write is in "lease".
CREATE TABLE node (
  name            text PRIMARY KEY,
  epoch           bigint NOT NULL,
  life_key        bigint NOT NULL,   -- the lock of the session that the life hangs on
  state           smallint NOT NULL,
  roles           int NOT NULL,
  version         text NOT NULL,
  wire_lowest     int NOT NULL,
  wire_highest    int NOT NULL,
  stored_lowest   int NOT NULL,
  stored_highest  int NOT NULL,
  admin_address   text,
  scanner_address text,
  host            text NOT NULL,
  process         int NOT NULL,
  policy          int NOT NULL DEFAULT 0,
  active          int NOT NULL DEFAULT 0,
  waiting         int NOT NULL DEFAULT 0,
  connections     int NOT NULL DEFAULT 0,
  scans           int NOT NULL DEFAULT 0,
  started         timestamptz NOT NULL DEFAULT now(),
  seen            timestamptz NOT NULL DEFAULT now(),
  ordered         boolean NOT NULL DEFAULT false, -- ended by an operator's order
  reason          text,
  ended_by        text
) WITH (fillfactor = 50);

-- Who held a role last. Whether it is held now is whether its lock is.
CREATE TABLE cluster_role (
  role     text PRIMARY KEY,
  role_key bigint NOT NULL,
  node     text NOT NULL,
  epoch    bigint NOT NULL,
  since    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cluster_event (
  n        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind     smallint NOT NULL,
  node     text NOT NULL,
  epoch    bigint NOT NULL,
  actor    text NOT NULL,  -- who did it
  detail   text NOT NULL,
  messages int NOT NULL DEFAULT 0
);
