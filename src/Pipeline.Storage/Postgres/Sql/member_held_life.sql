SELECT epoch, clock_timestamp() FROM lease WHERE node = $1 AND held
