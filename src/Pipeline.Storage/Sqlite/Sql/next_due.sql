SELECT due FROM queue WHERE owner = '' ORDER BY due LIMIT 1
