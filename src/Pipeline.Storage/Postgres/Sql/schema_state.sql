-- Through JSON, since the column is missing where only programs from before it have worked.
SELECT coalesce(max(version), 0), coalesce(max((to_jsonb(m) ->> 'form')::int), 1) FROM migration AS m
