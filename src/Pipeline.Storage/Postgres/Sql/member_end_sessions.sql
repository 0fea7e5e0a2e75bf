-- A process that hangs may have a transaction open, which would keep the lease's lock and the rows. Sessions begun later belong to a successor.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = $1 AND backend_start < $2 AND pid <> pg_backend_pid()
