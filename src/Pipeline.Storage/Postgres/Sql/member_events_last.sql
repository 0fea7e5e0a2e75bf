SELECT * FROM (
  SELECT n, at, kind, node, epoch, actor, detail, messages FROM cluster_event ORDER BY n DESC LIMIT $1
) AS last ORDER BY n
