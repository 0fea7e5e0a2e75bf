SELECT pg_notify('mailpipeline_work', $1)
