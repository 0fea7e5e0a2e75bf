SELECT content, received, base, document, recipients FROM queue WHERE id = ?1
