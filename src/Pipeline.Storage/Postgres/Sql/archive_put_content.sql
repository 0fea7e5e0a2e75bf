INSERT INTO content (id, chunk, header, octets) VALUES ($1, 0, $2, $3)
