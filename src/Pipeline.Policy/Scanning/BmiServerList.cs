using System.Collections.Immutable;
using System.Globalization;

namespace Pipeline.Policy.Scanning;

/// <summary>Reads the servers of the <c>bmi_config_file</c>: items with commas between them, each <c>host:port</c> or the URL where verdicts are asked for.</summary>
public static class BmiServerList
{
    public const int MaxServers = 32;

    /// <summary>Where a server that is named by host and port is asked.</summary>
    private const string Path = "/verdicts";

    /// <param name="problem">What is wrong, for the operator; empty when nothing is.</param>
    /// <returns>The servers in the order written; empty with a problem.</returns>
    public static ImmutableArray<Uri> Parse(string list, out string problem)
    {
        var items = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        problem = items.Length switch
        {
            0 => "no server is named",
            > MaxServers => string.Create(CultureInfo.InvariantCulture, $"more than {MaxServers} servers are named"),
            _ => items.FirstOrDefault(item => Read(item) is null) is { } wrong ? $"\"{wrong}\" is neither host:port nor a URL with http or https" : "",
        };
        return problem.Length > 0 ? [] : [.. items.Select(item => Read(item)!)];
    }

    private static Uri? Read(string item)
    {
        if (item.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(item, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0
                ? url
                : null;
        }

        var colon = item.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(item.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port > 0
            && Uri.TryCreate($"http://{item[..colon]}:{port}{Path}", UriKind.Absolute, out var plain)
            && plain is { AbsolutePath: Path, UserInfo: "", Query: "" }
                ? plain
                : null;
    }
}
