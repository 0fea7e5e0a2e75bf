using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>How log lines name the client.</summary>
internal static class ClientText
{
    /// <summary>The beginning of a line about what a client did: <c>H=</c>, the client, a blank; nothing for a local program.</summary>
    public static string Prefix(ConnectionScope connection) => connection.ClientAddress is null ? "" : $"H={FullHost(connection)} ";

    /// <summary><c>name (helo) [ip]</c>, without what is not known.</summary>
    public static string FullHost(ConnectionScope connection)
    {
        var address = connection.ClientAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : connection.ClientAddress;
        var helo = connection.HeloName;
        var showHelo = helo.Length > 0
            && !helo.Equals(connection.ClientName, StringComparison.OrdinalIgnoreCase)
            && !helo.Equals($"[{address}]", StringComparison.OrdinalIgnoreCase);
        return $"{(connection.ClientName is { Length: > 0 } name ? name + " " : "")}{(showHelo ? $"({helo}) " : "")}[{address}]";
    }
}
