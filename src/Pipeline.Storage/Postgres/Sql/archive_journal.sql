SELECT id, first, count, at, sender, recipients, ended, states, entries FROM journal
WHERE (day, id, first) > ($1, $2, $3)
ORDER BY day, id, first LIMIT $4
