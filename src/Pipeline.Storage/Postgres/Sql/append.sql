-- Adds events and states to messages that are in the given hands. The fence is part of the statement.
WITH input AS MATERIALIZED (
  SELECT i.*,
         EXISTS (SELECT 1 FROM queue AS q JOIN lease AS l ON l.node = q.owner AND l.epoch = q.epoch AND l.held
                 WHERE q.id = i.id AND q.owner = i.node AND q.epoch = i.epoch) AS owned
  FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bytea[], $6::bytea[], $7::text[], $8::bigint[])
    WITH ORDINALITY AS i (id, day, first, count, states, entries, node, epoch, n)
), added AS (
  INSERT INTO journal (day, id, first, count, states, entries)
  SELECT day, id, first, count, states, entries FROM input WHERE owned AND first IS NOT NULL
  ON CONFLICT (day, id, first) DO NOTHING
  RETURNING id
)
SELECT i.n::int, i.owned,
       CASE WHEN i.first IS NULL OR i.id IN (SELECT a.id FROM added AS a) THEN true
            ELSE coalesce((SELECT j.entries = i.entries FROM journal AS j WHERE j.day = i.day AND j.id = i.id AND j.first = i.first), false) END
FROM input AS i
