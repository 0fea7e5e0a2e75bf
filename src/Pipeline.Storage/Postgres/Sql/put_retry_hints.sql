-- A null value forgets.
WITH input AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::bytea[]) AS i (key, value)
), forgotten AS (
  DELETE FROM retry_hint AS h USING input AS i WHERE h.key = i.key AND i.value IS NULL
)
INSERT INTO retry_hint (key, value) SELECT key, value FROM input WHERE value IS NOT NULL
ON CONFLICT (key) DO UPDATE SET value = excluded.value
RETURNING key
