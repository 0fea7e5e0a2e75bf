UPDATE queue SET due = ?4, queued = ?5, base = ?6, recipients = ?7, owner = ?8, epoch = ?9, stage = ?10, destination = ?11
WHERE id = ?1 AND owner = ?2 AND epoch = ?3
