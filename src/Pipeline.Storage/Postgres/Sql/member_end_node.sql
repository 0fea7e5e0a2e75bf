UPDATE node SET state = $3, ordered = $4, reason = $5, ended_by = $6 WHERE name = $1 AND epoch = $2
