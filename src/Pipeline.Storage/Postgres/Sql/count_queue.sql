SELECT count(*), count(*) FILTER (WHERE owner <> ''), coalesce(sum(queued) FILTER (WHERE owner = ''), 0)::bigint FROM queue
