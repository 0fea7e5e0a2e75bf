SELECT q.id, q.received, q.base, q.document, q.recipients, s.states, s.next, q.epoch
FROM queue AS q
LEFT JOIN LATERAL (
  SELECT array_agg(since.states ORDER BY since.first) FILTER (WHERE since.states IS NOT NULL) AS states, max(since.first + since.count) AS next
  FROM journal AS since WHERE since.day = q.day AND since.id = q.id AND since.first >= q.base
) AS s ON true
WHERE q.owner = $1 AND q.epoch < $2 AND q.id > $3
ORDER BY q.id LIMIT $4
