UPDATE queue SET due = received WHERE owner = '' AND due = ?1 AND (instr(document, ?2) > 0) = ?3
