SELECT min(earliest.due) FROM unnest($1::smallint[]) AS s (stage)
CROSS JOIN LATERAL (SELECT q.due FROM queue AS q WHERE q.owner = '' AND q.stage = s.stage ORDER BY q.due LIMIT 1) AS earliest
