SELECT file FROM content WHERE file IS NOT NULL
