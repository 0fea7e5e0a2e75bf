SELECT first + count, states FROM journal WHERE id = ?1 AND first >= ?2 ORDER BY first
