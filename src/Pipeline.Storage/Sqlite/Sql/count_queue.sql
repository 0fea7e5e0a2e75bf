SELECT COUNT(*), COALESCE(SUM(owner <> ''), 0), COALESCE(SUM(CASE WHEN owner = '' THEN queued ELSE 0 END), 0) FROM queue
