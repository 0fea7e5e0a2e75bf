SELECT stage, owner, count(*), count(*) FILTER (WHERE due <= $1), min(due) FILTER (WHERE due <= $1)
FROM queue GROUP BY stage, owner ORDER BY stage, owner
