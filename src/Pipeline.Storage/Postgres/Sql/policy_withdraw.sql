DELETE FROM node_policy WHERE node = $1 AND epoch = $2
