INSERT INTO queue (id, content, owner, epoch, due, received, size, queued, base, document, recipients, stage, destination)
VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, NULL, 0, NULL)
ON CONFLICT (id) DO NOTHING
