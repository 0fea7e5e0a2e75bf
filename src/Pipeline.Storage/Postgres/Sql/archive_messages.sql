SELECT q.id, q.received, q.base, q.document, q.recipients, s.states, s.next, q.length, c.header, CASE WHEN q.length <= $3 THEN c.octets END
FROM queue AS q
LEFT JOIN content AS c ON c.id = q.id AND c.chunk = 0
LEFT JOIN LATERAL (
  SELECT array_agg(since.states ORDER BY since.first) FILTER (WHERE since.states IS NOT NULL) AS states, max(since.first + since.count) AS next
  FROM journal AS since WHERE since.day = q.day AND since.id = q.id AND since.first >= q.base
) AS s ON true
WHERE q.id > $1
ORDER BY q.id LIMIT $2
