namespace Pipeline.Storage.Sqlite.Database;

/// <summary>The statements, which live in files of their own beside the code.</summary>
internal static class SqlText
{
    private const string MigrationPrefix = "sqlite.migrations.";

    /// <summary>The text of <c>Sql/{name}.sql</c>.</summary>
    public static string Load(string name) => Read("sqlite.sql." + name);

    /// <summary>All migrations by number, ascending. The number is what the file's name begins with.</summary>
    public static IReadOnlyList<(int Version, string Sql)> Migrations() =>
    [
        .. typeof(SqlText).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(MigrationPrefix, StringComparison.Ordinal))
            .Select(n => (int.Parse(n.AsSpan(MigrationPrefix.Length, 3), System.Globalization.CultureInfo.InvariantCulture), Read(n)))
            .OrderBy(m => m.Item1),
    ];

    private static string Read(string resource)
    {
        using var stream = typeof(SqlText).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"no SQL resource {resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
