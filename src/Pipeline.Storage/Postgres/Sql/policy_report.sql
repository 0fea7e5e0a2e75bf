-- A life that was replaced cannot speak over its successor.
INSERT INTO node_policy (node, epoch, number, wanted, problem, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (node) DO UPDATE
  SET epoch = excluded.epoch, number = excluded.number, wanted = excluded.wanted, problem = excluded.problem, at = excluded.at
  WHERE node_policy.epoch <= excluded.epoch
