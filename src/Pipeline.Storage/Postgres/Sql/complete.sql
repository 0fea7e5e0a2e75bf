-- Takes messages out of the queue that are in the given hands, with their bodies, and ends their journals.
WITH input AS MATERIALIZED (
  SELECT i.*
  FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bytea[], $6::bigint[], $7::text[], $8::bigint[])
    WITH ORDINALITY AS i (id, day, first, count, entries, ended, node, epoch, n)
), gone AS (
  DELETE FROM queue AS q USING input AS i
  WHERE q.id = i.id AND q.owner = i.node AND q.epoch = i.epoch
    AND EXISTS (SELECT 1 FROM lease AS l WHERE l.node = i.node AND l.epoch = i.epoch AND l.held)
  RETURNING q.id
), bodies AS (
  DELETE FROM content AS c USING gone AS g WHERE c.id = g.id
), added AS (
  INSERT INTO journal (day, id, first, count, ended, entries)
  SELECT i.day, i.id, i.first, i.count, i.ended, i.entries FROM input AS i
  WHERE i.first IS NOT NULL AND (i.id IN (SELECT g.id FROM gone AS g)) IS TRUE
), marked AS (
  UPDATE journal AS j SET ended = i.ended
  FROM input AS i
  WHERE i.first IS NULL AND (i.id IN (SELECT g.id FROM gone AS g)) IS TRUE AND j.day = i.day AND j.id = i.id
    AND j.first = (SELECT max(last.first) FROM journal AS last WHERE last.day = i.day AND last.id = i.id)
)
SELECT r.n::int, r.gone,
       CASE WHEN r.gone OR r.first IS NULL THEN false
            ELSE coalesce((SELECT j.entries = r.entries FROM journal AS j WHERE j.day = r.day AND j.id = r.id AND j.first = r.first), false) END
FROM (SELECT *, id IN (SELECT g.id FROM gone AS g) AS gone FROM input) AS r
