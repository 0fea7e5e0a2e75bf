SELECT epoch, held FROM lease WHERE node = $1
