SELECT key, value FROM retry_hint WHERE key = ANY ($1)
