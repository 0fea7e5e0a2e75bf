UPDATE queue SET owner = ?1, epoch = ?2
WHERE id IN (SELECT id FROM queue WHERE owner = '' AND due <= ?3 ORDER BY due LIMIT ?4)
RETURNING id, due
