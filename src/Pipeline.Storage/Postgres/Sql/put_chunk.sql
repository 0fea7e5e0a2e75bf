INSERT INTO content (id, chunk, octets) VALUES ($1, $2, $3)
