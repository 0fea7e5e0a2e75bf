SELECT q.id, q.received, q.base, q.document, q.recipients, s.states, s.next, q.size, q.owner <> ''
FROM queue AS q
LEFT JOIN LATERAL (
  SELECT array_agg(since.states ORDER BY since.first) FILTER (WHERE since.states IS NOT NULL) AS states, max(since.first + since.count) AS next
  FROM journal AS since WHERE since.day = q.day AND since.id = q.id AND since.first >= q.base
) AS s ON q.owner <> ''
WHERE (q.received, q.id) > ($1, $2)
ORDER BY q.received, q.id LIMIT $3
