-- Takes messages into the queue whose owner's lease is held. A row of the journal that is there already is the same accept once more:
-- the message is in the queue, or has left it. "IS TRUE" keeps a look into a set a hash look-up, which joins here are not (see PostgresDatabase).
WITH input AS MATERIALIZED (
  SELECT i.*, EXISTS (SELECT 1 FROM lease AS l WHERE l.node = i.node AND l.epoch = i.epoch AND l.held) AS held
  FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::bytea[], $9::text[], $10::bigint[],
              $11::boolean[], $12::bigint[], $13::bigint[], $14::bigint[], $15::int[], $16::bytea[], $17::bytea[], $18::bytea[])
    WITH ORDINALITY AS i (id, day, first, count, at, sender, recipients, entries, node, epoch,
                          release, received, size, length, queued, document, header, octets, n)
), extended AS (
  UPDATE journal AS j SET sender = coalesce(j.sender, i.sender), recipients = j.recipients || i.recipients
  FROM input AS i
  WHERE i.held AND i.first > 0 AND j.day = i.day AND j.id = i.id AND j.first = 0 AND j.at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM journal AS same WHERE same.day = i.day AND same.id = i.id AND same.first = i.first)
  RETURNING j.id
), added AS (
  INSERT INTO journal (day, id, first, count, at, sender, recipients, entries)
  SELECT i.day, i.id, i.first, i.count,
         CASE WHEN i.head THEN i.at END, CASE WHEN i.head THEN i.sender END, CASE WHEN i.head THEN i.recipients END, i.entries
  FROM (SELECT *, id NOT IN (SELECT e.id FROM extended AS e) AS head FROM input WHERE held) AS i
  ON CONFLICT (day, id, first) DO NOTHING
  RETURNING id
), queued AS (
  INSERT INTO queue (id, day, owner, epoch, claim, stage, destination, due, received, size, length, queued, base, document)
  SELECT i.id, i.day, CASE WHEN i.release THEN '' ELSE i.node END, CASE WHEN i.release THEN 0 ELSE i.epoch END, 0, 0, NULL,
         i.received, i.received, i.size, i.length, i.queued, i.first, i.document
  FROM input AS i WHERE (i.id IN (SELECT a.id FROM added AS a)) IS TRUE
), stored AS (
  INSERT INTO content (id, chunk, header, octets)
  SELECT i.id, 0, i.header, i.octets FROM input AS i WHERE (i.id IN (SELECT a.id FROM added AS a)) IS TRUE
)
SELECT i.n::int, i.held, i.id IN (SELECT a.id FROM added AS a) FROM input AS i
