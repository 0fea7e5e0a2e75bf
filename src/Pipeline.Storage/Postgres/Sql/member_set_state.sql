UPDATE node SET state = $3, seen = now()
WHERE name = $1 AND epoch = $2 AND EXISTS (SELECT FROM lease WHERE node = $1 AND epoch = $2 AND held)
