-- Writes the folded recipients and a new owner of messages that are in the given hands.
WITH input AS MATERIALIZED (
  SELECT i.*
  FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bytea[], $6::text[], $7::bigint[], $8::text[], $9::bigint[],
              $10::bigint[], $11::smallint[], $12::text[], $13::int[], $14::int[], $15::bytea[])
    WITH ORDINALITY AS i (id, day, first, count, entries, node, epoch, next_node, next_epoch, due, stage, destination, queued, base, recipients, n)
), folded AS (
  UPDATE queue AS q
  SET owner = i.next_node, epoch = i.next_epoch, claim = CASE WHEN i.next_node = '' THEN 0 ELSE q.claim END,
      due = i.due, stage = i.stage, destination = i.destination, queued = i.queued, base = i.base, recipients = i.recipients
  FROM input AS i
  WHERE q.id = i.id AND q.owner = i.node AND q.epoch = i.epoch
  RETURNING q.id
), added AS (
  INSERT INTO journal (day, id, first, count, entries)
  SELECT i.day, i.id, i.first, i.count, i.entries FROM input AS i
  WHERE i.first IS NOT NULL AND (i.id IN (SELECT f.id FROM folded AS f)) IS TRUE
)
SELECT i.n::int, i.id IN (SELECT f.id FROM folded AS f) FROM input AS i
