UPDATE node SET policy = $3, active = $4, waiting = $5, connections = $6, scans = $7, seen = now() WHERE name = $1 AND epoch = $2
