using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Parts of log lines in Exim's form.</summary>
public static class LogText
{
    /// <summary><c>H=name (helo) [ip]</c>; of a local program <c>U=login</c>, or <c>local</c>.</summary>
    public static string Host(ConnectionScope connection) => connection.ClientAddress is { } address
        ? Host(connection.ClientName, connection.HeloName, address.ToString())
        : connection.Ident.Length > 0 ? $"U={connection.Ident}" : "local";

    /// <param name="name">The name that was found for the address, if one was.</param>
    /// <param name="helo">What the client called itself; left out where it says nothing new.</param>
    public static string Host(string? name, string helo, string address)
    {
        var found = string.IsNullOrEmpty(name) ? "" : name + " ";
        var claimed = helo.Length == 0 || helo == name || helo == $"[{address}]" ? "" : $"({helo}) ";
        return $"H={found}{claimed}[{address}]";
    }
}
