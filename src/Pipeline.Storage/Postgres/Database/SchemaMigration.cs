using System.Globalization;
using Pipeline.Storage.State;

namespace Pipeline.Storage.Postgres.Database;

/// <summary>One step of the schema.</summary>
/// <param name="Form">The stored form that a program must read to work on the schema from this step on.</param>
internal sealed record SchemaMigration(int Version, int Form, string Sql)
{
    /// <summary>What the first line of a migration begins with that programs of the release before cannot live beside. Without it, the form stays.</summary>
    private const string FormLine = "-- stored form ";

    /// <summary>Those of this program, ascending. They begin with form 1.</summary>
    public static IReadOnlyList<SchemaMigration> OfThisProgram { get; } = Read(SqlText.Postgres.Migrations());

    /// <exception cref="FormatException">A first line names no form, or a lower one than before.</exception>
    public static IReadOnlyList<SchemaMigration> Read(IEnumerable<(int Version, string Sql)> files)
    {
        var form = 1;
        var migrations = new List<SchemaMigration>();
        foreach (var (version, sql) in files)
        {
            form = FormOf(version, sql) is { } raised ? raised > form ? raised : throw new FormatException($"migration {version} does not raise the form") : form;
            migrations.Add(new SchemaMigration(version, form, sql));
        }

        return migrations;
    }

    private static int? FormOf(int version, string sql)
    {
        if (!sql.StartsWith(FormLine, StringComparison.Ordinal))
        {
            return null;
        }

        var number = sql.AsSpan(FormLine.Length, sql.AsSpan(FormLine.Length).IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : sql.Length - FormLine.Length);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var form)
            ? form
            : throw new FormatException($"migration {version} begins with \"{FormLine}\" and no number");
    }
}
