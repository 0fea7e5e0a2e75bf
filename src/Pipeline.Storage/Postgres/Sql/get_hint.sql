SELECT value FROM retry_hint WHERE key = $1
