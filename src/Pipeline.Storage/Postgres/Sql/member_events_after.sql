SELECT n, at, kind, node, epoch, actor, detail, messages FROM cluster_event WHERE n > $1 ORDER BY n LIMIT $2
