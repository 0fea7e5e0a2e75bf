SELECT n.host, n.process, n.started, n.epoch, n.version
FROM node n JOIN session_lock k ON k.key = n.life_key
WHERE n.name = $1
