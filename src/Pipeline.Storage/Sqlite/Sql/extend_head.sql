UPDATE journal SET sender = COALESCE(sender, ?2), recipients = recipients || ?3 WHERE id = ?1 AND first = 0 AND at IS NOT NULL
