SELECT epoch, ordered, reason, ended_by, host, process FROM node WHERE name = $1
