WITH free AS MATERIALIZED (
  SELECT q.id FROM queue AS q
  WHERE q.id = ANY ($3) AND q.owner = '' AND EXISTS (SELECT 1 FROM lease AS l WHERE l.node = $1 AND l.epoch = $2 AND l.held)
  FOR UPDATE SKIP LOCKED
)
UPDATE queue AS q SET owner = $1, epoch = $2, claim = $4 FROM free AS f WHERE q.id = f.id RETURNING q.id, q.due
