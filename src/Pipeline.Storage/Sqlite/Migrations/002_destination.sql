-- What a message waits for, so that a claim can choose. Messages of before count as not yet routed.
ALTER TABLE queue ADD COLUMN stage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN destination TEXT;

-- Everything that a claim looks at is in the index.
DROP INDEX queue_due;
CREATE INDEX queue_due ON queue (due, id, stage, destination) WHERE owner = '';
