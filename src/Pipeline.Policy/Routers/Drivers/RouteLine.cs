using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers.Hosts;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>The hosts and options of a route, expanded: <c>hosts [options] [transport]</c>.</summary>
internal sealed record RouteLine(string Hosts, bool Randomize, Ipv4Choice Ipv4, string? Transport)
{
    /// <summary><c>byname</c>: hosts are looked up by the C library.</summary>
    public bool ByName { get; init; }

    /// <param name="expandFirst">Of route_data: the whole text is expanded and then taken apart; of route_list: the host list alone is expanded.</param>
    public static async ValueTask<(RouteLine? Line, DriverVerdict? Failure)> ReadAsync(
        RouteRun run, string text, bool expandFirst, ExpandableBool randomize, CancellationToken cancellationToken)
    {
        var (random, error) = await randomize.EvaluateAsync(run.Scope, cancellationToken);
        if (random is not { } randomly)
        {
            return (null, new DriverVerdict.Defer(error));
        }

        var (hosts, words) = expandFirst ? (text, "") : SplitHosts(text);
        var expanded = await StringExpansion.Compile(hosts).ExpandAsync(run.Scope, cancellationToken);
        if (expanded.Outcome == ExpansionOutcome.ForcedFailure)
        {
            return (null, new DriverVerdict.Decline("expansion of the route failed by force"));
        }

        if (!expanded.IsSuccess)
        {
            return (null, new DriverVerdict.Defer($"expansion of \"{hosts}\" failed in {run.Router.Name} router: {expanded.Message}"));
        }

        (hosts, words) = expandFirst ? SplitHosts(expanded.Value) : (expanded.Value, words);
        return ReadOptions(run, new RouteLine(hosts, randomly, default, null), words);
    }

    private static (string Hosts, string Words) SplitHosts(string text)
    {
        var rest = text.AsSpan();
        var hosts = RouteRule.TakeWord(ref rest);

        // An unquoted list may have blanks around its separators; options begin where no separator joins.
        while (rest.TrimStart() is { IsEmpty: false } next && (IsSeparator(next[0], hosts) || (hosts.Length > 0 && IsSeparator(hosts[^1], hosts)) || hosts is ['<', _]))
        {
            rest = next;
            hosts += " " + RouteRule.TakeWord(ref rest);
        }

        return (hosts, rest.Trim().ToString());
    }

    private static bool IsSeparator(char c, string hosts) => c == (hosts is ['<', var chosen, ..] ? chosen : ':');

    private static (RouteLine? Line, DriverVerdict? Failure) ReadOptions(RouteRun run, RouteLine line, string words)
    {
        foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word)
            {
                case "randomize":
                    line = line with { Randomize = true };
                    break;
                case "no_randomize":
                    line = line with { Randomize = false };
                    break;
                case "ipv4_only":
                    line = line with { Ipv4 = line.Ipv4 with { Only = true } };
                    break;
                case "ipv4_prefer":
                    line = line with { Ipv4 = line.Ipv4 with { Prefer = true } };
                    break;
                case "byname" or "bydns":
                    line = line with { ByName = word == "byname" };
                    break;
                case var name when run.Services.Transports.ContainsKey(name):
                    line = line with { Transport = name };
                    break;
                default:
                    return (null, new DriverVerdict.Defer($"unrecognized option or unknown transport \"{word}\" in {run.Router.Name} router"));
            }
        }

        return (line, null);
    }
}
