-- A message counts as ended when its last ending is old enough and it is not in the queue.
SELECT DISTINCT id FROM journal AS j
WHERE ended < ?1
  AND NOT EXISTS (SELECT 1 FROM journal AS later WHERE later.id = j.id AND later.ended >= ?1)
  AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.id = j.id)
ORDER BY ended
LIMIT ?2
