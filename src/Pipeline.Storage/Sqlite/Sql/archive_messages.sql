SELECT id, received, base, document, recipients, content FROM queue WHERE id > ?1 ORDER BY id LIMIT ?2
