SELECT l.node, l.epoch, clock_timestamp()
FROM lease l JOIN node n ON n.name = l.node
WHERE l.held AND l.node <> $1 AND NOT EXISTS (SELECT FROM session_lock k WHERE k.key = n.life_key)
