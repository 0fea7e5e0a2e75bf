-- Only as it was accepted: a message on which somebody has worked since stays.
WITH input AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::bigint[], $5::int[], $6::bigint[], $7::bytea[]) AS i (id, day, node, epoch, next, ended, entries)
), gone AS (
  DELETE FROM queue AS q USING input AS i
  WHERE q.id = i.id AND q.owner = i.node AND q.epoch = i.epoch AND q.claim = 0
    AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.day = i.day AND j.id = i.id AND j.first >= i.next)
  RETURNING q.id
), bodies AS (
  DELETE FROM content AS c USING gone AS g WHERE c.id = g.id
)
INSERT INTO journal (day, id, first, count, ended, entries)
SELECT i.day, i.id, i.next, 1, i.ended, i.entries FROM input AS i WHERE (i.id IN (SELECT g.id FROM gone AS g)) IS TRUE
