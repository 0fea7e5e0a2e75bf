DELETE FROM queue WHERE id = ?1 AND owner = ?2 AND epoch = ?3 RETURNING content
