INSERT INTO policy (number, digest, published_by, note, restored_from) VALUES ($1, $2, $3, $4, $5)
RETURNING number, digest, published_at, published_by, note, restored_from
