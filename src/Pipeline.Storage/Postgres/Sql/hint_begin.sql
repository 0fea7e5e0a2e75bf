-- A hint that is lost with the machine is no loss that is worth a flush of the log for each.
SELECT set_config('synchronous_commit', 'off', true)
