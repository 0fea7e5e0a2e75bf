using Pipeline.Policy.Expansion;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>What <c>-d</c> asks for: Exim's selectors, each of which chooses some of what this program can tell.</summary>
/// <param name="Deliveries">The events of the journals of messages that this command works on.</param>
/// <param name="Timestamps">Each line begins with the time.</param>
internal sealed record DebugSelection(PolicyTopics Topics, bool Deliveries, bool Timestamps)
{
    private const string All = "all";
    private const string Deliver = "deliver";
    private const string Timestamp = "timestamp";

    /// <summary>The selectors that choose topics of the policy.</summary>
    private static readonly Dictionary<string, PolicyTopics> Topic = new(StringComparer.Ordinal)
    {
        ["acl"] = PolicyTopics.Acl,
        ["dns"] = PolicyTopics.Dns,
        ["expand"] = PolicyTopics.Expand,
        ["lists"] = PolicyTopics.Lists,
        ["lookup"] = PolicyTopics.Lookup,
        ["route"] = PolicyTopics.Route | PolicyTopics.Preconditions,
        ["verify"] = PolicyTopics.Verify,
    };

    /// <summary>Every selector of Exim's; about most of them this program has nothing to tell.</summary>
    private static readonly ImmutableArray<string> Names =
    [
        .. Topic.Keys, Deliver, Timestamp, "auth", "dnsbl", "exec", "filter", "hints_lookup", "host_lookup", "ident", "interface", "load", "local_scan", "memory", "noutf8", "pid",
        "process_info", "queue_run", "receive", "resolver", "retry", "rewrite", "tls", "transport", "uid",
    ];

    /// <summary>What Exim leaves out unless it is asked for.</summary>
    private static readonly string[] NotByDefault =
        ["expand", "filter", "interface", "load", "local_scan", "memory", "noutf8", "pid", "resolver", Timestamp];

    /// <param name="selectors">What follows <c>-d</c>: nothing, or <c>+name-name</c> and so on, applied to the default from left to right.</param>
    /// <returns>The selection, or why it is none, in Exim's words.</returns>
    public static (DebugSelection? Selection, string? Error) Read(string selectors)
    {
        var chosen = Names.Except(NotByDefault).ToHashSet(StringComparer.Ordinal);
        for (var rest = selectors.AsSpan(); !rest.IsEmpty;)
        {
            if (rest[0] is not ('+' or '-'))
            {
                return (null, $"exim: malformed debug_selector setting: + or - expected but found \"{rest}\"");
            }

            var end = rest[1..].IndexOfAny('+', '-');
            var name = (end < 0 ? rest[1..] : rest.Slice(1, end)).ToString();
            if (name != All && !Names.Contains(name))
            {
                return (null, $"exim: unknown debug_selector setting: {rest[0]}{name}");
            }

            IEnumerable<string> names = name == All ? Names : [name];
            if (rest[0] == '+')
            {
                chosen.UnionWith(names);
            }
            else
            {
                chosen.ExceptWith(names);
            }

            rest = end < 0 ? default : rest[(end + 1)..];
        }

        return (new DebugSelection(chosen.Aggregate(PolicyTopics.None, static (topics, name) => topics | Topic.GetValueOrDefault(name)), chosen.Contains(Deliver), chosen.Contains(Timestamp)), null);
    }
}
