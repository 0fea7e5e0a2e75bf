namespace Pipeline.Storage.State;

/// <summary>The statements of an engine, which live in files of their own beside its code.</summary>
/// <param name="engine">The folder and the prefix of the resources: <c>sqlite</c> or <c>postgres</c>.</param>
internal sealed class SqlText(string engine)
{
    public static SqlText Sqlite { get; } = new("sqlite");

    public static SqlText Postgres { get; } = new("postgres");

    /// <summary>The text of <c>Sql/{name}.sql</c>.</summary>
    public string Load(string name) => Read($"{engine}.sql.{name}");

    /// <summary>All migrations by number, ascending. The number is what the file's name begins with.</summary>
    public IReadOnlyList<(int Version, string Sql)> Migrations()
    {
        var prefix = engine + ".migrations.";
        return
        [
            .. typeof(SqlText).Assembly.GetManifestResourceNames()
                .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
                .Select(n => (int.Parse(n.AsSpan(prefix.Length, 3), System.Globalization.CultureInfo.InvariantCulture), Read(n)))
                .OrderBy(m => m.Item1),
        ];
    }

    private static string Read(string resource)
    {
        using var stream = typeof(SqlText).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"no SQL resource {resource}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
