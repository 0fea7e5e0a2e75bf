WITH locked AS MATERIALIZED (SELECT ARRAY(SELECT key FROM session_lock) AS keys)
SELECT
  n.name, n.epoch, n.state, n.roles, n.version, n.wire_lowest, n.wire_highest, n.stored_lowest, n.stored_highest, n.admin_address, n.scanner_address,
  n.host, n.process, n.policy, n.active, n.waiting, n.connections, n.scans, n.started, n.seen, n.reason, n.ended_by, v.held, v.locked,
  v.held AND (NOT v.locked OR n.seen < clock_timestamp() - $1)
FROM node n
CROSS JOIN locked
CROSS JOIN LATERAL (
  SELECT EXISTS (SELECT FROM lease l WHERE l.node = n.name AND l.epoch = n.epoch AND l.held) AS held, n.life_key = ANY (locked.keys) AS locked
) v
ORDER BY n.name
