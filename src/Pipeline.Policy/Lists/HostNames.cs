using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary>The names of a host that a list item needs, and what it means when there are none.</summary>
internal static class HostNames
{
    /// <returns>The names, or null and the answer that the list's flags give to a name that cannot be found.</returns>
    public static async ValueTask<(IReadOnlyList<string>? Names, ListMatchResult Failure)> OfAsync(ListMatchContext context)
    {
        var host = context.Host;
        if (host is null or { Address: null, Name: null })
        {
            return (null, ListMatchResult.NoMatch);
        }

        if (host.Name is { } known)
        {
            return ([known, .. host.IsClient ? context.Scope.Connection.ClientAliases : []], default);
        }

        var lookup = host.IsClient
            ? await HostNameLookup.OfClientAsync(context.Scope, context.CancellationToken)
            : await HostNameLookup.FindAsync(context.Scope.Environment.Dns, host.Address!, context.CancellationToken);
        return lookup.Outcome switch
        {
            HostLookupOutcome.Found => (lookup.Names, default),
            HostLookupOutcome.Deferred => (null, Deferred(context, $"host lookup deferred for reverse lookup of {host.AddressText}")),
            _ => (null, Unknown(context, $"failed to find host name for {host.AddressText}")),
        };
    }

    /// <summary>A name does not exist: by default nothing behind it is looked at, and the host is not in the list.</summary>
    /// <param name="what">What was not found, for the log.</param>
    public static ListMatchResult Unknown(ListMatchContext context, string what)
    {
        const string Selector = "unknown_in_list";
        switch (context.Unknown)
        {
            case HostFailurePolicy.Default:
                context.Scope.Environment.WriteLog(Selector, PolicyLogTarget.Main, $"list matching forced to fail: {what}");
                context.Stop();
                return ListMatchResult.NoMatch;
            case HostFailurePolicy.Include:
                context.Scope.Environment.WriteLog(Selector, PolicyLogTarget.Main, $"{what}: accepted by +include_unknown");
                return ListMatchResult.Match(context.Subject);
            default:
                return ListMatchResult.NoMatch;
        }
    }

    /// <summary>DNS did not answer: by default it cannot be said whether the host is in the list.</summary>
    public static ListMatchResult Deferred(ListMatchContext context, string message) => context.Deferred switch
    {
        HostFailurePolicy.Include => ListMatchResult.Match(context.Subject),
        HostFailurePolicy.Ignore => ListMatchResult.NoMatch,
        _ => ListMatchResult.Defer(message),
    };
}
