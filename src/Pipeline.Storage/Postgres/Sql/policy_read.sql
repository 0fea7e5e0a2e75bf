SELECT p.number, p.digest, p.published_at, p.published_by, p.note, p.restored_from, b.content
FROM policy p JOIN policy_bundle b USING (digest)
WHERE p.number = $1
