SELECT id, sender, recipients FROM journal
WHERE at IS NOT NULL AND at >= ?1 AND at <= ?2
ORDER BY at DESC, n DESC
