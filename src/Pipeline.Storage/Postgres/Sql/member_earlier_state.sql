SELECT state FROM node WHERE name = $1
