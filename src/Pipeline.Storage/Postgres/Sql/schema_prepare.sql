CREATE TABLE IF NOT EXISTS migration (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
-- The stored form that a program must read from this migration on. Programs that do not know the column make migrations of form 1 only.
-- Looked for first: even a change that is there already would wait for everybody who reads the table.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'migration'::regclass AND attname = 'form') THEN
    ALTER TABLE migration ADD COLUMN form int NOT NULL DEFAULT 1;
  END IF;
END $$
