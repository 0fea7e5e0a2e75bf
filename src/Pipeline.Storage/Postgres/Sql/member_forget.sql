DELETE FROM node n
WHERE n.seen < now() - interval '30 days' AND NOT EXISTS (SELECT FROM lease l WHERE l.node = n.name AND l.held)
