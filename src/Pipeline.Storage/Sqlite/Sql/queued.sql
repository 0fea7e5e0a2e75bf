SELECT 1 FROM queue WHERE id = ?1
