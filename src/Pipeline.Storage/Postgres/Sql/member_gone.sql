-- The locks are read once, whatever the plan: every node asks this some times a second.
SELECT l.node, l.epoch, clock_timestamp()
FROM lease l JOIN node n ON n.name = l.node
WHERE l.held AND l.node <> $1 AND n.life_key <> ALL (ARRAY(SELECT key FROM session_lock))
