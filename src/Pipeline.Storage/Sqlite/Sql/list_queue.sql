SELECT id, received, size, owner <> '', base, document, recipients FROM queue ORDER BY received, id
