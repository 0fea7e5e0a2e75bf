SELECT id || ': it is in the queue and has no journal' FROM queue
WHERE NOT EXISTS (SELECT 1 FROM journal WHERE journal.id = queue.id)
LIMIT ?1
