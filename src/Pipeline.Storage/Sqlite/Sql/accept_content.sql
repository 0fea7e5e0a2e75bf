INSERT INTO content (n, header, length, file, body) VALUES (?1, ?2, ?3, ?4, ?5)
