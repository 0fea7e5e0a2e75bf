-- Nothing for a life that is over. The last column is who held the role before.
WITH earlier AS (SELECT node FROM cluster_role WHERE role = $1),
taken AS (
  INSERT INTO cluster_role (role, role_key, node, epoch)
  SELECT $1, $2, node, epoch FROM lease WHERE node = $3 AND epoch = $4 AND held
  ON CONFLICT (role) DO UPDATE SET role_key = excluded.role_key, node = excluded.node, epoch = excluded.epoch, since = now()
  RETURNING node
)
SELECT coalesce((SELECT node FROM earlier), '') FROM taken
