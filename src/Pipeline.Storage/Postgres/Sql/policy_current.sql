SELECT number, digest, published_at, published_by, note, restored_from FROM policy ORDER BY number DESC LIMIT 1
