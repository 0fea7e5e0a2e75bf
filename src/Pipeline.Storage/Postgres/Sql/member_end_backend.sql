-- The session that broke may live on at the server's end of the link; it must not keep its successor from the lock.
SELECT pg_terminate_backend(pid) FROM session_lock WHERE key = $1 AND pid = $2
