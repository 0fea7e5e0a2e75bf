SELECT entries FROM journal WHERE day = $1 AND id = $2 ORDER BY first
