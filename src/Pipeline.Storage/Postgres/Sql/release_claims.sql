-- What calls have claimed whose answer was lost: they were never handed over.
UPDATE queue SET owner = '', epoch = 0, claim = 0 WHERE owner = $1 AND epoch = $2 AND claim = ANY ($3)
