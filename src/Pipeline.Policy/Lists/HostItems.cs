using System.Net;

namespace Pipeline.Policy.Lists;

/// <summary><c>*</c>: any host, and also none.</summary>
internal sealed class AnyHostItem : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) => new(ListMatchResult.Match(context.Subject));
}

/// <summary>An empty item: there is no remote host.</summary>
internal sealed class NoHostItem : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) =>
        new(context.Host is { Address: null, Name: null } ? ListMatchResult.Match("") : ListMatchResult.NoMatch);
}

/// <summary>An IP address or a network.</summary>
internal sealed class NetworkItem(IPNetwork network) : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) =>
        new(context.Host?.Address is { } address && network.Contains(address) ? ListMatchResult.Match(context.Subject) : ListMatchResult.NoMatch);
}

/// <summary>A host name, or a pattern for the name of the host.</summary>
internal sealed class HostNameItem(string text) : ListItem
{
    private readonly TextItem _text = new(text);

    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) => context.Host?.Name is { } name
        ? _text.MatchAsync(context.With(ListKind.Domain, name))
        : new(ListMatchResult.NoMatch);
}
