UPDATE journal SET ended = ?2 WHERE id = ?1 AND first = (SELECT MAX(first) FROM journal WHERE id = ?1)
