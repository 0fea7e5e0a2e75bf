SELECT id, owner, epoch FROM queue WHERE owner <> '' AND NOT (owner = ?1 AND epoch >= ?2) AND id > ?3 ORDER BY id LIMIT ?4
