SELECT r.role, r.node, r.epoch, r.since, EXISTS (SELECT FROM session_lock k WHERE k.key = r.role_key)
FROM cluster_role r ORDER BY r.role
