-- How many messages a day's partition has, if every one of them has left the queue and ended before the time; null otherwise.
SELECT CASE WHEN EXISTS (SELECT 1 FROM queue WHERE id >= $3 AND id < $4) OR coalesce(max(m.ended) >= $2, false) OR coalesce(bool_or(m.ended IS NULL), false)
            THEN NULL ELSE count(*) END
FROM (SELECT max(ended) AS ended FROM journal WHERE day = $1 GROUP BY id) AS m
