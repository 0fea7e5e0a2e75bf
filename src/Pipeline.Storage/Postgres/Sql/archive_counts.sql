SELECT (SELECT count(*) FROM queue), (SELECT count(*) FROM journal), (SELECT count(*) FROM retry_hint)
