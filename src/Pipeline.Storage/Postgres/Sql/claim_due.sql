-- The longest due of the wanted stages. What another claim is just taking is passed over, not waited for.
WITH due AS MATERIALIZED (
  SELECT d.id, d.due
  FROM unnest($5::smallint[]) AS s (stage)
  CROSS JOIN LATERAL (
    SELECT q.id, q.due FROM queue AS q
    WHERE q.owner = '' AND q.stage = s.stage AND q.due <= $3
    ORDER BY q.due, q.id LIMIT $4
    FOR UPDATE SKIP LOCKED
  ) AS d
  WHERE EXISTS (SELECT 1 FROM lease AS l WHERE l.node = $1 AND l.epoch = $2 AND l.held)
), chosen AS MATERIALIZED (
  SELECT id, due FROM due ORDER BY due, id LIMIT $4
)
UPDATE queue AS q SET owner = $1, epoch = $2, claim = $6 FROM chosen AS c WHERE q.id = c.id RETURNING q.id, c.due
