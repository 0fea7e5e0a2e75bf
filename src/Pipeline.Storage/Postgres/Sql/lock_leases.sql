SELECT pg_advisory_xact_lock_shared(key) FROM (SELECT DISTINCT key FROM unnest($1::bigint[]) AS k(key) ORDER BY key) AS keys
