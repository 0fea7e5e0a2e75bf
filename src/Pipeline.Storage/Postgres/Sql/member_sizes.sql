SELECT
  clock_timestamp(), pg_total_relation_size('queue'), pg_total_relation_size('content'),
  coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint, count(*)::int
FROM pg_inherits WHERE inhparent = 'journal'::regclass
