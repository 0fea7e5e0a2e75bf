SELECT id, first, count, at, sender, recipients, ended, states, entries FROM journal WHERE (id, first) > (?1, ?2) ORDER BY id, first LIMIT ?3
