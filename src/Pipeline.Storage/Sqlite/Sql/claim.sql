UPDATE queue SET owner = ?1, epoch = ?2 WHERE id = ?3 AND owner = ''
