using System.Data.Common;
using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Connectors.Lookups;

/// <summary>Writes the rows of a query as Exim does: one column is its value alone, several are <c>name=value</c> with a blank behind each; rows are lines.</summary>
internal sealed class SqlRows
{
    /// <summary>Octets of a result. A query that finds more is a mistake, or an attack.</summary>
    public const int MaxLength = 1024 * 1024;

    private readonly StringBuilder _text = new();
    private bool _any;

    /// <summary>What was found; null without any row.</summary>
    public string? Text => _any ? _text.ToString() : null;

    public bool IsTooLong => _text.Length > MaxLength;

    /// <summary>Reads what a query of a server found. A statement without rows of its own gives the number of rows that it changed.</summary>
    /// <param name="value">Of a column of the row that the reader is at, one char for each octet; null for what has none.</param>
    public static async ValueTask<LookupResult> ReadAsync<TReader>(TReader reader, Func<TReader, int, string?> value, CancellationToken cancellationToken)
        where TReader : DbDataReader
    {
        if (reader.FieldCount == 0)
        {
            return LookupResult.Found(Math.Max(reader.RecordsAffected, 0).ToString(CultureInfo.InvariantCulture)) with { HasWritten = true };
        }

        var rows = new SqlRows();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => (OctetString.FromText(reader.GetName(i)), value(reader, i)))]);
            if (rows.IsTooLong)
            {
                return LookupResult.Deferred($"the query finds more than {MaxLength} octets");
            }
        }

        return rows.Text is { } text ? LookupResult.Found(text) : LookupResult.NotFound;
    }

    /// <param name="columns">Names and values, one char for each octet. A row of nothing but one null is none while there is no other.</param>
    public void Add(IReadOnlyList<(string Name, string? Value)> columns)
    {
        if (!_any && columns is [{ Value: null }])
        {
            return;
        }

        if (_any)
        {
            _text.Append('\n');
        }

        _any = true;
        if (columns.Count == 1)
        {
            _text.Append(columns[0].Value);
            return;
        }

        foreach (var (name, value) in columns)
        {
            _text.Append(name).Append('=');
            AppendQuoted(value ?? "");
            _text.Append(' ');
        }
    }

    /// <summary>In quotes when it would not be one word otherwise.</summary>
    private void AppendQuoted(string value)
    {
        if (value.Length > 0 && value[0] != '"' && value.AsSpan().IndexOfAny(" \t\n\r") < 0)
        {
            _text.Append(value);
            return;
        }

        _text.Append('"');
        foreach (var character in value)
        {
            if (character is '"' or '\\')
            {
                _text.Append('\\');
            }

            _text.Append(character);
        }

        _text.Append('"');
    }
}
