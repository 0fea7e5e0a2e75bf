using System.Net;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary><c>*</c>: any host, and also none.</summary>
internal sealed class AnyHostItem : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) => new(ListMatchResult.Match(""));
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
        new(context.Host?.Address is { } address && network.Contains(address) ? ListMatchResult.Match("") : ListMatchResult.NoMatch);
}

/// <summary><c>@[]</c>: one of this host's own addresses.</summary>
internal sealed class LocalAddressItem : ListItem
{
    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context) =>
        new(context.Host?.Address is { } address && context.Scope.Environment.LocalAddresses.Contains(address)
            ? ListMatchResult.Match("")
            : ListMatchResult.NoMatch);
}

/// <summary>A pattern for the names of the host: <c>*suffix</c> or <c>^pattern</c>.</summary>
internal sealed class HostPatternItem(string text) : ListItem
{
    private readonly TextItem _text = new(text);

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        var (names, failure) = await HostNames.OfAsync(context);
        if (names is null)
        {
            return failure;
        }

        foreach (var name in names)
        {
            var result = await _text.MatchAsync(context.With(ListKind.Domain, name));
            if (result.Outcome != ListMatchOutcome.NoMatch)
            {
                return result;
            }
        }

        return ListMatchResult.NoMatch;
    }
}

/// <summary>A host name (<c>@</c>: our own): its addresses are compared with the host's.</summary>
internal sealed class HostNameItem(string? name) : ListItem
{
    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (context.Host is null or { Address: null, Name: null })
        {
            return ListMatchResult.NoMatch;
        }

        var wanted = name ?? context.Scope.Environment.PrimaryHostname;
        if (context.Host.Address is not { } address)
        {
            return wanted.Equals(context.Host.Name, StringComparison.OrdinalIgnoreCase) ? ListMatchResult.Match(wanted) : ListMatchResult.NoMatch;
        }

        var (addresses, deferred) = await HostNameLookup.AddressesAsync(context.Scope.Environment.Dns, wanted, context.CancellationToken);
        if (addresses.Contains(address))
        {
            return ListMatchResult.Match(wanted);
        }

        if (deferred)
        {
            return HostNames.Deferred(context, $"DNS lookup of \"{wanted}\" deferred");
        }

        if (addresses.Count > 0)
        {
            return ListMatchResult.NoMatch;
        }

        var client = context.Scope.Connection.ClientAddress is null ? "" : $" (during SMTP connection from {ClientText.FullHost(context.Scope.Connection)})";
        context.Scope.Environment.WriteLog("host_lookup_failed", PolicyLogTarget.Main, $"no IP address found for host {wanted}{client}");
        return HostNames.Unknown(context, $"failed to find IP address for {wanted}");
    }
}
