INSERT INTO queue (id, day, owner, epoch, claim, stage, destination, due, received, size, length, queued, base, document, recipients)
VALUES ($1, $2, '', 0, 0, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO NOTHING
