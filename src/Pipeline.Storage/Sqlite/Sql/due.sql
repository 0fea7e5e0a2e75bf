SELECT id, due, stage, destination FROM queue WHERE owner = '' AND due <= ?1 ORDER BY due, id
