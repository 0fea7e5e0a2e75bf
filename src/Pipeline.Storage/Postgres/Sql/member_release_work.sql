-- Everything in the hands of the life goes to whoever claims it first, now: only its next owner can tell which recipients are due.
-- The notice names both stages of work.
WITH released AS (
  UPDATE queue SET owner = '', epoch = 0, claim = 0, due = least(due, $3) WHERE owner = $1 AND epoch <= $2 RETURNING 1
),
counted AS (SELECT count(*)::int AS messages FROM released)
SELECT messages, CASE WHEN messages > 0 THEN pg_notify('mailpipeline_work', 'rd') END FROM counted
