SELECT n.name, n.version, n.stored_highest
FROM node AS n JOIN lease AS l ON l.node = n.name AND l.held
WHERE n.stored_highest < $1
ORDER BY n.name LIMIT 1
