SELECT owner, epoch FROM queue WHERE id = $1 AND owner <> ''
