SELECT header, length, file, body FROM content WHERE n = ?1
