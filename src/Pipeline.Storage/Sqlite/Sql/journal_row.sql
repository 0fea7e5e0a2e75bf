SELECT entries FROM journal WHERE id = ?1 AND first = ?2
