(SELECT q.id || ': it is in the hands of node ' || q.owner || ', epoch ' || q.epoch || ', which has no lease'
 FROM queue AS q
 WHERE q.owner <> '' AND NOT EXISTS (SELECT 1 FROM lease AS l WHERE l.node = q.owner AND l.epoch = q.epoch AND l.held)
 ORDER BY q.id LIMIT $1)
UNION ALL
(SELECT c.id || ': there is content of it, and no message in the queue'
 FROM content AS c WHERE NOT EXISTS (SELECT 1 FROM queue AS q WHERE q.id = c.id)
 GROUP BY c.id ORDER BY c.id LIMIT $1)
UNION ALL
(SELECT q.id || ': it is in the queue and has no journal'
 FROM queue AS q WHERE NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.day = q.day AND j.id = q.id)
 ORDER BY q.id LIMIT $1)
