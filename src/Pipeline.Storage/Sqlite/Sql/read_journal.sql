SELECT entries FROM journal WHERE id = ?1 ORDER BY first
