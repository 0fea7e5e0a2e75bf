using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Scanning;

/// <summary>Reads the value of <c>spamd_address</c>: a list whose items are lists of words.</summary>
public static class SpamdServerList
{
    public const int MaxServers = 32;

    private const int MaxPorts = 100;

    /// <param name="problem">What is wrong, for the operator; empty when nothing is.</param>
    /// <returns>The servers in the order written; empty with a problem.</returns>
    public static ImmutableArray<SpamdServer> Parse(string list, out string problem)
    {
        var servers = ImmutableArray.CreateBuilder<SpamdServer>();
        foreach (var item in ListSyntax.Split(list))
        {
            if (servers.Count == MaxServers)
            {
                problem = $"spamd_address names more than {MaxServers} servers";
                return [];
            }

            if (ParseServer(item, out problem) is not { } server)
            {
                return [];
            }

            servers.Add(server);
        }

        problem = servers.Count == 0 ? "spamd_address names no server" : "";
        return servers.ToImmutable();
    }

    /// <summary>Whether any server of a list is told how a message came.</summary>
    public static bool TellsEnvelope(string list) => Parse(list, out _).Any(static server => server.Variant == SpamdVariant.Rspamd);

    private static SpamdServer? ParseServer(string item, out string problem)
    {
        // Blanks separate words unless the item chooses something else, as every list can.
        var words = item.StartsWith('<') ? ListSyntax.Split(item) : [.. item.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        problem = $"spamd_address: \"{item}\" is neither a host and a port, such as 127.0.0.1 783, nor the path of a socket";
        if (words.Count == 0)
        {
            return null;
        }

        var socket = words[0].StartsWith('/');
        SpamdServer? server = new(words[0], 0, 0);
        if (!socket && (words.Count < 2 || !TryReadPorts(words[1], ref server)))
        {
            return null;
        }

        foreach (var word in words.Skip(socket ? 1 : 2))
        {
            server = ParseOption(server, word, out problem);
            if (server is null)
            {
                return null;
            }
        }

        problem = "";
        return server;
    }

    private static bool TryReadPorts(string text, ref SpamdServer server)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (!TryReadPort(dash < 0 ? text : text.AsSpan(0, dash), out var first) || !TryReadPort(dash < 0 ? text : text.AsSpan(dash + 1), out var last))
        {
            return false;
        }

        server = server with { FirstPort = first, LastPort = last };
        return Math.Abs(last - first) < MaxPorts;
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue;

    private static SpamdServer? ParseOption(SpamdServer server, string word, out string problem)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (word, "") : (word[..equals], word[(equals + 1)..]);
        problem = name switch
        {
            "variant" => $"spamd_address: \"{word}\": rspamd is the only variant",
            "pri" or "weight" => $"spamd_address: \"{word}\": a number is expected",
            "time" => $"spamd_address: \"{word}\": two times of day are expected, such as time=8.30-17",
            "retry" or "tmo" => $"spamd_address: \"{word}\": a time is expected, such as 20s",
            _ => $"spamd_address: \"{word}\" is no option of a server: variant, pri, weight, time, retry and tmo are",
        };
        switch (name)
        {
            case "variant" when value == "rspamd":
                return server with { Variant = SpamdVariant.Rspamd };
            case "pri" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority):
                return server with { Priority = priority };
            case "weight" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var weight) && weight is >= 0 and <= 10_000:
                return server with { Weight = weight };
            case "retry" when TimeText.TryParse(value, out var retry):
                return server with { Retry = retry };
            case "tmo" when TimeText.TryParse(value, out var timeout) && timeout > TimeSpan.Zero:
                return server with { Timeout = timeout };
            case "time" when value.Split('-') is [var from, var until] && TryReadTimeOfDay(from, out var begin) && TryReadTimeOfDay(until, out var end):
                return server with { From = begin, Until = end };
            default:
                return null;
        }
    }

    /// <summary>Hour, and perhaps minute and second, with full stops between them.</summary>
    private static bool TryReadTimeOfDay(string text, out TimeSpan time)
    {
        time = default;
        ReadOnlySpan<int> limits = [24, 60, 60];
        Span<int> values = [0, 0, 0];
        var parts = text.Split('.');
        if (parts.Length > limits.Length)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]) || values[i] >= limits[i])
            {
                return false;
            }
        }

        time = new TimeSpan(values[0], values[1], values[2]);
        return true;
    }
}
