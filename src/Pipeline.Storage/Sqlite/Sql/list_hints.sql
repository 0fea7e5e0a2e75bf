SELECT key, value FROM retry_hint WHERE key > ?1 ORDER BY key LIMIT ?2
