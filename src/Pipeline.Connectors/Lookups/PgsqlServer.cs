using System.Globalization;
using Npgsql;

namespace Pipeline.Connectors.Lookups;

/// <summary>One item of <c>pgsql_servers</c>: <c>host[:port]/database/user/password</c>, or <c>(socket)/…</c> for a Unix socket.</summary>
internal sealed record PgsqlServer(string Host, int Port, string Database, string User, string Password)
{
    private const int DefaultPort = 5432;
    private const int Parts = 4;

    /// <returns>Null when it is none.</returns>
    public static PgsqlServer? Parse(string item)
    {
        // The path of a socket has solidi of its own.
        var close = item.StartsWith('(') ? item.IndexOf(')', StringComparison.Ordinal) : -1;
        var rest = item[(close + 1)..].Split('/', Parts);
        if (rest.Length != Parts || (close > 0 && rest[0].Length > 0))
        {
            return null;
        }

        return close > 0 ? OfSocket(item[1..close], rest) : OfHost(rest);
    }

    /// <summary>The name that a query may select it by.</summary>
    public bool IsCalled(string name) => Host == name || $"{Host}:{Port}" == name;

    /// <param name="patience">For a connection, and for the answer to a query.</param>
    public string ConnectionString(TimeSpan patience) => new NpgsqlConnectionStringBuilder
    {
        Host = Host,
        Port = Port,
        Database = Database,
        Username = User,
        Password = Password.Length == 0 ? null : Password,
        Timeout = (int)patience.TotalSeconds,
        CommandTimeout = (int)patience.TotalSeconds,
        MaxPoolSize = 8,
        MinPoolSize = 0,
        ApplicationName = "mailpipeline lookup",
    }.ConnectionString;

    private static PgsqlServer? OfHost(string[] parts)
    {
        var colon = parts[0].LastIndexOf(':');
        var port = DefaultPort;
        if (colon >= 0 && !int.TryParse(parts[0].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
        {
            return null;
        }

        var host = colon < 0 ? parts[0] : parts[0][..colon];
        return new PgsqlServer(host.Length == 0 ? "localhost" : host, port, parts[1], parts[2], parts[3]);
    }

    /// <summary><c>/folder/.s.PGSQL.5432</c>: the client names the folder and the number.</summary>
    private static PgsqlServer? OfSocket(string path, string[] parts)
    {
        const string Name = "/.s.PGSQL.";
        var at = path.LastIndexOf(Name, StringComparison.Ordinal);
        return at > 0 && int.TryParse(path.AsSpan(at + Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new PgsqlServer(path[..at], port, parts[1], parts[2], parts[3])
            : null;
    }
}
