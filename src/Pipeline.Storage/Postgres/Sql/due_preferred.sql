SELECT d.id, d.due, d.stage::int, p.destination
FROM unnest($1::text[]) AS p (destination)
CROSS JOIN LATERAL (
  SELECT q.id, q.due, q.stage FROM queue AS q
  WHERE q.owner = '' AND q.destination IS NOT NULL AND q.destination = p.destination AND q.due <= $2 ORDER BY q.due, q.id LIMIT $3
) AS d
ORDER BY d.due, d.id
