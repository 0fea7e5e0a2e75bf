-- Events of messages that are not in the queue. The first row of a journal is its head; without one (it was lost) a row with parties stands for it.
WITH input AS MATERIALIZED (
  SELECT i.*
  FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::boolean[], $9::bigint[], $10::bytea[])
    WITH ORDINALITY AS i (id, day, first, count, at, sender, recipients, parties, ended, entries, n)
), extended AS (
  UPDATE journal AS j SET sender = coalesce(j.sender, i.sender), recipients = j.recipients || i.recipients
  FROM input AS i
  WHERE i.first > 0 AND i.parties AND j.day = i.day AND j.id = i.id AND j.first = 0 AND j.at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM journal AS same WHERE same.day = i.day AND same.id = i.id AND same.first = i.first)
  RETURNING j.id
), added AS (
  INSERT INTO journal (day, id, first, count, at, sender, recipients, ended, entries)
  SELECT i.day, i.id, i.first, i.count, CASE WHEN i.head THEN i.at END,
         CASE WHEN i.head THEN i.sender END, CASE WHEN i.head THEN i.recipients END,
         i.ended, i.entries
  FROM (SELECT *, first = 0 OR (parties AND id NOT IN (SELECT e.id FROM extended AS e)) AS head FROM input) AS i
  ON CONFLICT (day, id, first) DO NOTHING
  RETURNING id
)
SELECT i.n::int,
       CASE WHEN i.id IN (SELECT a.id FROM added AS a) THEN true
            ELSE coalesce((SELECT j.entries = i.entries FROM journal AS j WHERE j.day = i.day AND j.id = i.id AND j.first = i.first), false) END
FROM input AS i
