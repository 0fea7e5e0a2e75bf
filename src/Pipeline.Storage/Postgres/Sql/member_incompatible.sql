SELECT n.name, n.version, n.wire_lowest, n.wire_highest, n.stored_lowest, n.stored_highest
FROM node n JOIN lease l ON l.node = n.name
WHERE l.held AND n.name <> $1
  AND NOT (n.wire_lowest <= $3 AND $2 <= n.wire_highest AND n.stored_lowest <= $5 AND $4 <= n.stored_highest)
ORDER BY n.name LIMIT 1
