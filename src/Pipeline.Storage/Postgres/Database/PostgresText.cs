namespace Pipeline.Storage.Postgres.Database;

/// <summary>Text as PostgreSQL takes it: any character but NUL, in the place of which stands the one that tells of a replaced character.</summary>
internal static class PostgresText
{
    public static string? Of(string? text) => text is not null && text.Contains('\0') ? text.Replace('\0', '\uFFFD') : text;
}
