INSERT INTO node (
  name, epoch, life_key, state, roles, version, wire_lowest, wire_highest, stored_lowest, stored_highest, admin_address, scanner_address, host, process)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text, $12::text, $13, $14)
ON CONFLICT (name) DO UPDATE SET
  epoch = excluded.epoch, life_key = excluded.life_key, state = excluded.state, roles = excluded.roles, version = excluded.version,
  wire_lowest = excluded.wire_lowest, wire_highest = excluded.wire_highest, stored_lowest = excluded.stored_lowest, stored_highest = excluded.stored_highest,
  admin_address = excluded.admin_address, scanner_address = excluded.scanner_address, host = excluded.host, process = excluded.process,
  policy = 0, active = 0, waiting = 0, connections = 0, scans = 0, started = now(), seen = now(), ordered = false, reason = NULL, ended_by = NULL
