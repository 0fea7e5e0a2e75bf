using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Scanning;

/// <summary>Which virus scanner is asked, and how: the value of <c>av_scanner</c>, read.</summary>
/// <remarks>Source: Exim specification, "Content scanning at ACL time".</remarks>
public abstract record AvScanner
{
    public const int MaxServers = 32;

    private AvScanner()
    {
    }

    /// <summary>ClamAV's daemon.</summary>
    /// <param name="Local">It reads the message from a file of this machine; else the message is sent to it.</param>
    public sealed record Clamd(ImmutableArray<AvServer> Servers, bool Local) : AvScanner;

    /// <summary>A program of this machine.</summary>
    /// <param name="Command">For the shell, with <c>%s</c> for the folder that the message is in.</param>
    /// <param name="Trigger">Matches a line of its output when there is a virus.</param>
    /// <param name="Name">Its first group is what the virus is called.</param>
    public sealed record Cmdline(string Command, AvPattern Trigger, AvPattern Name) : AvScanner;

    /// <summary>Any daemon that takes a line and answers with text.</summary>
    /// <param name="Command">With <c>%s</c> for the file that the message is in.</param>
    public sealed record Sock(AvServer Server, string Command, AvPattern Trigger, AvPattern Name) : AvScanner;

    /// <summary>The daemon of Sophos' library.</summary>
    public sealed record Sophie(AvServer Server) : AvScanner;

    /// <param name="problem">What is wrong, in Exim's words; empty when nothing is.</param>
    public static AvScanner? Parse(string value, out string problem)
    {
        List<string> items = [.. ListSyntax.Split(value).Select(static item => item.Trim())];
        var type = items.Count == 0 ? "" : items[0];
        return type switch
        {
            "clamd" => ParseClamd(items, out problem),
            "cmdline" => ParseCmdline(items, out problem),
            "sock" => ParseSock(items, out problem),
            "sophie" => AvServer.Parse(items.ElementAtOrDefault(1) ?? "/var/run/sophie", out problem) is { } server ? new Sophie(server) : Failed<AvScanner>("sophie", ref problem),
            _ => Unknown(type, out problem),
        };
    }

    private static AvScanner? Unknown(string type, out string problem)
    {
        problem = $"unknown scanner type '{type}'";
        return null;
    }

    private static Clamd? ParseClamd(List<string> items, out string problem)
    {
        var servers = ImmutableArray.CreateBuilder<AvServer>();
        var local = false;
        foreach (var item in items.Skip(1).DefaultIfEmpty("/tmp/clamd"))
        {
            if (item == "local")
            {
                local = true;
                continue;
            }

            if (AvServer.Parse(item, out problem) is not { } server)
            {
                return Failed<Clamd>("clamd", ref problem);
            }

            servers.Add(server);
        }

        problem = servers switch
        {
            [] => "clamd  : no server is named",
            { Count: > MaxServers } => $"clamd  : more than {MaxServers} servers are named",
            { Count: > 1 } when servers.Any(static server => server.IsUnixSocket) => "clamd  : only one server is allowed when it is a UNIX socket",
            _ => "",
        };
        return problem.Length == 0 ? new Clamd(servers.ToImmutable(), local) : null;
    }

    private static Cmdline? ParseCmdline(List<string> items, out string problem)
    {
        problem = "cmdline  : missing commandline specification";
        return Text(items, 1) is { } command && ParsePatterns("cmdline", items, 2, out problem) is { } patterns
            ? new Cmdline(command, patterns.Trigger, patterns.Name)
            : null;
    }

    private static Sock? ParseSock(List<string> items, out string problem)
    {
        problem = "sock  : missing socket specification";
        if (Text(items, 1) is not { } address || AvServer.Parse(address, out problem) is not { } server)
        {
            return problem.StartsWith("sock", StringComparison.Ordinal) ? null : Failed<Sock>("sock", ref problem);
        }

        return ParsePatterns("sock", items, 3, out problem) is { } patterns ? new Sock(server, items[2], patterns.Trigger, patterns.Name) : null;
    }

    private static (AvPattern Trigger, AvPattern Name)? ParsePatterns(string type, List<string> items, int first, out string problem)
    {
        problem = $"{type}  : missing trigger specification";
        if (Text(items, first) is not { } triggerText)
        {
            return null;
        }

        if (AvPattern.Compile(triggerText, out problem) is not { } trigger)
        {
            problem = $"{type}  : {problem}";
            return null;
        }

        problem = $"{type}  : missing virus name regex specification";
        if (Text(items, first + 1) is not { } nameText)
        {
            return null;
        }

        if (AvPattern.Compile(nameText, out problem) is not { } name)
        {
            problem = $"{type}  : {problem}";
            return null;
        }

        return (trigger, name);
    }

    private static string? Text(List<string> items, int index) => items.Count > index && items[index].Length > 0 ? items[index] : null;

    private static T? Failed<T>(string type, ref string problem)
        where T : AvScanner
    {
        problem = $"{type}  : {problem}";
        return null;
    }
}

/// <summary>Where a scanner listens.</summary>
/// <param name="Host">A name, an IP address, or the absolute path of a Unix socket.</param>
/// <param name="Port">0 for a Unix socket.</param>
/// <param name="Retry">After how long a failed connection is tried once more; null for never.</param>
public sealed record AvServer(string Host, int Port, TimeSpan? Retry = null)
{
    public bool IsUnixSocket => Host.StartsWith('/');

    /// <param name="problem">Empty when nothing is wrong.</param>
    public static AvServer? Parse(string item, out string problem)
    {
        problem = $"\"{item}\" is neither a host and a port, such as 127.0.0.1 3310, nor the path of a socket";
        var words = item.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var path = words is [['/', ..], ..];
        var port = 0;
        if (words.Length < (path ? 1 : 2) || (!path && (!int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535)))
        {
            return null;
        }

        TimeSpan? retry = null;
        foreach (var option in words.Skip(path ? 1 : 2))
        {
            if (!option.StartsWith("retry=", StringComparison.Ordinal) || !TimeText.TryParse(option.AsSpan(6), out var pause))
            {
                problem = $"unknown option \"{option}\" in \"{item}\"";
                return null;
            }

            retry = pause;
        }

        problem = "";
        return new AvServer(words[0], port, retry);
    }

    /// <summary>As Exim shows it in logs.</summary>
    public override string ToString() => IsUnixSocket ? Host : string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}");
}
