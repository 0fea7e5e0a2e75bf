INSERT INTO journal (id, first, count, at, sender, recipients, ended, states, entries)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (id, first) DO NOTHING
