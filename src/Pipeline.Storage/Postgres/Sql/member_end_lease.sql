UPDATE lease SET held = false WHERE node = $1 AND epoch = $2 AND held
