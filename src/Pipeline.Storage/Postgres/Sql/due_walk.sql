-- From one destination to the next by the index, a few of each: the length of a destination's queue costs nothing.
WITH RECURSIVE walk (destination, step) AS (
  (SELECT q.destination, 1 FROM queue AS q WHERE q.owner = '' AND q.destination IS NOT NULL AND q.destination > $1 ORDER BY q.destination LIMIT 1)
  UNION ALL
  SELECT (SELECT q.destination FROM queue AS q
          WHERE q.owner = '' AND q.destination IS NOT NULL AND q.destination > w.destination ORDER BY q.destination LIMIT 1), w.step + 1
  FROM walk AS w WHERE w.destination IS NOT NULL AND w.step < $4
)
SELECT d.id, d.due, d.stage::int, w.destination
FROM walk AS w
LEFT JOIN LATERAL (
  SELECT q.id, q.due, q.stage FROM queue AS q
  WHERE q.owner = '' AND q.destination IS NOT NULL AND q.destination = w.destination AND q.due <= $2 ORDER BY q.due, q.id LIMIT $3
) AS d ON true
WHERE w.destination IS NOT NULL
ORDER BY w.step, d.due, d.id
