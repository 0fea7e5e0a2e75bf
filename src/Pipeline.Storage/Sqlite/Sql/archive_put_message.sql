INSERT INTO queue (id, content, owner, epoch, due, received, size, queued, base, document, recipients, stage, destination)
VALUES (?1, ?2, '', 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (id) DO NOTHING
