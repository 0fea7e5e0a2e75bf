SELECT due FROM queue WHERE owner = '' AND stage = ?1 ORDER BY due LIMIT 1
