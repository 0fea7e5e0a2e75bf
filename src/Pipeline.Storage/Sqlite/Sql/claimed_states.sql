SELECT id, base, document, recipients, received FROM queue WHERE owner <> ''
