-- What the operator says, for all nodes. Rows are never changed: the highest number is the current policy, and rolling back publishes an old bundle under a new number.
CREATE TABLE policy_bundle (
  digest  text PRIMARY KEY,  -- SHA-256 in hexadecimal digits
  content bytea NOT NULL     -- the stored form of the bundle, with the secrets of the configuration
);

CREATE TABLE policy (
  number        int PRIMARY KEY,
  digest        text NOT NULL REFERENCES policy_bundle,
  published_at  timestamptz NOT NULL DEFAULT now(),
  published_by  text NOT NULL,
  note          text,
  restored_from int
);

-- Which policy each node runs, and why not the current one. A node writes its row when it changes and deletes it when it stops.
CREATE TABLE node_policy (
  node    text PRIMARY KEY,
  epoch   bigint NOT NULL,
  number  int NOT NULL,
  wanted  int NOT NULL,
  problem text,
  at      timestamptz NOT NULL
);
