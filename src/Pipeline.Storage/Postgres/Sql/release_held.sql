UPDATE queue AS q
SET owner = '', epoch = 0, claim = 0, due = i.due, stage = i.stage, destination = i.destination, queued = i.queued, base = i.base, recipients = i.recipients
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[], $6::int[], $7::int[], $8::bytea[])
  AS i (id, epoch, due, stage, destination, queued, base, recipients)
WHERE q.id = i.id AND q.owner = $9 AND q.epoch = i.epoch
RETURNING q.id
