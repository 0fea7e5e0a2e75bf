-- The turn makes numbers become visible in their order. The history is bounded.
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock($7)),
written AS (
  INSERT INTO cluster_event (kind, node, epoch, actor, detail, messages)
  SELECT $1, $2, $3, $4, $5, $6 FROM turn
  RETURNING n
),
bounded AS (DELETE FROM cluster_event WHERE n <= (SELECT n FROM written) - 10000)
SELECT pg_notify('mailpipeline_cluster', n::text) FROM written
