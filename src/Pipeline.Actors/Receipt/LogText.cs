using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Parts of log lines in Exim's form.</summary>
internal static class LogText
{
    /// <summary><c>H=name (helo) [ip]</c>.</summary>
    public static string Host(ConnectionScope connection)
    {
        if (connection.ClientAddress is null)
        {
            return "local";
        }

        var name = string.IsNullOrEmpty(connection.ClientName) ? "" : connection.ClientName + " ";
        var helo = connection.HeloName.Length == 0 || connection.HeloName == connection.ClientName ? "" : $"({connection.HeloName}) ";
        return $"H={name}{helo}[{connection.ClientAddress}]";
    }
}
