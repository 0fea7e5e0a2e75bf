DELETE FROM retry_hint WHERE key = $1 AND value = $2
