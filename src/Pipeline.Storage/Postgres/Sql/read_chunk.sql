SELECT octets FROM content WHERE id = $1 AND chunk = $2
