SELECT id, at, sender, recipients FROM journal
WHERE at IS NOT NULL AND at >= $1 AND (at, id) < ($2, $3)
ORDER BY at DESC, id DESC LIMIT $4
