-- Who may write: each life of a node has an epoch of its own, ascending over the whole cluster.
CREATE SEQUENCE epoch;

CREATE TABLE lease (
  node  text PRIMARY KEY,
  epoch bigint NOT NULL,
  held  boolean NOT NULL  -- false once the life has ended, by itself or by another node's word
);
