-- A message counts as ended when its last ending is old enough and it is not in the queue.
WITH ended AS MATERIALIZED (
  SELECT j.day, j.id, min(j.ended) AS ended FROM (SELECT day, id, ended FROM journal WHERE ended < $1 ORDER BY ended LIMIT $3) AS j
  WHERE NOT EXISTS (SELECT 1 FROM journal AS later WHERE later.day = j.day AND later.id = j.id AND later.ended >= $1)
    AND NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.id = j.id)
  GROUP BY j.day, j.id ORDER BY min(j.ended) LIMIT $2
), gone AS (
  DELETE FROM journal AS j USING ended AS e WHERE j.day = e.day AND j.id = e.id
)
SELECT count(*) FROM ended
