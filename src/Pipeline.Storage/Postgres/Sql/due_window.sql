SELECT d.id, d.due, s.stage::int, d.destination
FROM unnest($1::smallint[]) AS s (stage)
CROSS JOIN LATERAL (
  SELECT q.id, q.due, q.destination FROM queue AS q WHERE q.owner = '' AND q.stage = s.stage AND q.due <= $2 ORDER BY q.due, q.id LIMIT $3
) AS d
ORDER BY d.due, d.id
