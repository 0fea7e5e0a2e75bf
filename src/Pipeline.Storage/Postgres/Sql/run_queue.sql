-- Messages that another claim is just taking are passed over: they are being worked on.
UPDATE queue SET due = received
WHERE id IN (SELECT q.id FROM queue AS q WHERE q.owner = '' AND q.due = $1 AND (position($2 IN q.document) > 0) = $3 FOR UPDATE SKIP LOCKED)
