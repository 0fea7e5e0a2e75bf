using System.Globalization;

namespace Pipeline.Policy.Lookups.Servers;

/// <summary>One item of <c>mysql_servers</c>, <c>pgsql_servers</c> or <c>redis_servers</c>: <c>host[:port]/database/user/password</c>, or <c>(socket)/…</c> for a Unix socket.</summary>
/// <param name="Host">Of TCP, or a socket; empty when it is not named.</param>
/// <param name="Port">Null for the standing one.</param>
/// <param name="Socket">The path in parentheses; null without one.</param>
/// <param name="Database">May be empty.</param>
/// <param name="User">Empty where servers know no users.</param>
/// <param name="Password">May be empty.</param>
public sealed record LookupServer(string Host, int? Port, string? Socket, string Database, string User, string Password)
{
    /// <summary>Of Linux: 108 octets with the NUL at the end.</summary>
    private const int MaxSocketPath = 107;

    /// <summary>Where it is, for messages: nobody sees the password.</summary>
    public override string ToString() => Socket is not null ? $"({Socket})" : Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}") : Host;

    /// <param name="problem">What is wrong with it, without its last part, which may be a password.</param>
    /// <returns>Null when it is none.</returns>
    internal static LookupServer? Parse(LookupServerForm form, string item, out string problem)
    {
        // The path of a socket has solidi of its own.
        var place = EndOfPlace(item);
        var rest = place < 0 ? [] : item[(place + 1)..].Split('/', form.Parts);
        if (rest.Length != form.Parts)
        {
            problem = $"incomplete {form.ProductName} server data: {(item.LastIndexOf('/') is var last and >= 0 ? item[..last] : item)}";
            return null;
        }

        var (host, socket, group) = ReadPlace(item[..place]);
        if (group is not null)
        {
            problem = $"{form.Option}: \"[{group}]\" names a group of an option file, and such files are not read: give host, port and socket themselves";
            return null;
        }

        if (socket is not null && (!socket.StartsWith('/') || socket.Length > MaxSocketPath))
        {
            problem = $"{form.Option}: \"{socket}\" is not an absolute path of at most {MaxSocketPath} octets";
            return null;
        }

        int? port = null;
        var colon = host.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!ushort.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                problem = $"{form.Option}: \"{host[(colon + 1)..]}\" is no port";
                return null;
            }

            (host, port) = (host[..colon], number);
        }

        problem = "";
        return new LookupServer(host, port, socket, rest[0], form.HasUsers ? rest[1] : "", rest[^1]);
    }

    /// <summary>Whether a query may select it by this name.</summary>
    internal bool IsCalled(string name) => name == Host || name == ToString();

    /// <summary>The first solidus outside parentheses, or -1.</summary>
    private static int EndOfPlace(string item)
    {
        var open = item.IndexOf('(', StringComparison.Ordinal);
        var first = item.IndexOf('/', StringComparison.Ordinal);
        if (open < 0 || first < open)
        {
            return first;
        }

        var close = item.IndexOf(')', open);
        return close < 0 ? -1 : item.IndexOf('/', close);
    }

    /// <summary><c>host:port(socket)[group]</c>, each of which may be left out.</summary>
    private static (string Host, string? Socket, string? Group) ReadPlace(string place)
    {
        string? group = null;
        if (place.EndsWith(']') && place.LastIndexOf('[') is var bracket and >= 0)
        {
            (place, group) = (place[..bracket], place[(bracket + 1)..^1]);
        }

        return place.EndsWith(')') && place.IndexOf('(', StringComparison.Ordinal) is var open and >= 0
            ? (place[..open], place[(open + 1)..^1], group)
            : (place, null, group);
    }
}
