-- The fence is part of the statement: no row is added unless the message is in these hands.
INSERT INTO journal (id, first, count, states, entries)
SELECT ?1, ?2, ?3, ?4, ?5 FROM queue WHERE id = ?1 AND owner = ?6 AND epoch = ?7
ON CONFLICT (id, first) DO NOTHING
