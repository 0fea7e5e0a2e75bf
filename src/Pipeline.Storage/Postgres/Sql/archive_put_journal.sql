INSERT INTO journal (id, day, first, count, at, sender, recipients, ended, states, entries)
SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bytea[], $10::bytea[])
ON CONFLICT (day, id, first) DO NOTHING
