using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Parts of log lines in Exim's form.</summary>
public static class LogText
{
    /// <summary><c>H=name (helo) [ip]</c>; <c>local</c> without a client address.</summary>
    public static string Host(ConnectionScope connection) => connection.ClientAddress is { } address
        ? Host(connection.ClientName, connection.HeloName, address.ToString())
        : "local";

    /// <param name="name">The name that was found for the address, if one was.</param>
    /// <param name="helo">What the client called itself; left out where it says nothing new.</param>
    public static string Host(string? name, string helo, string address)
    {
        var found = string.IsNullOrEmpty(name) ? "" : name + " ";
        var claimed = helo.Length == 0 || helo == name || helo == $"[{address}]" ? "" : $"({helo}) ";
        return $"H={found}{claimed}[{address}]";
    }
}
