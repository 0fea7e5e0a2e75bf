INSERT INTO lease (node, epoch, held) VALUES ($1, nextval('epoch'), true)
ON CONFLICT (node) DO UPDATE SET epoch = excluded.epoch, held = true WHERE NOT lease.held
RETURNING epoch
