-- What an update must know before it is written: whether its message is in the given hands, whether its events are in the journal already,
-- and the recipients as they stand.
SELECT i.n::int, q.id IS NOT NULL, j.entries IS NOT NULL, coalesce(j.entries = i.entries, false),
       q.received, q.base, q.document, q.recipients, s.states, s.next
FROM unnest($1::text[], $2::int[], $3::int[], $4::bytea[], $5::text[], $6::bigint[])
  WITH ORDINALITY AS i (id, day, first, entries, node, epoch, n)
LEFT JOIN queue AS q ON q.id = i.id AND q.owner = i.node AND q.epoch = i.epoch
  AND EXISTS (SELECT 1 FROM lease AS l WHERE l.node = i.node AND l.epoch = i.epoch AND l.held)
LEFT JOIN journal AS j ON j.day = i.day AND j.id = i.id AND j.first = i.first
LEFT JOIN LATERAL (
  SELECT array_agg(since.states ORDER BY since.first) FILTER (WHERE since.states IS NOT NULL) AS states, max(since.first + since.count) AS next
  FROM journal AS since WHERE since.day = i.day AND since.id = i.id AND since.first >= q.base
) AS s ON true
