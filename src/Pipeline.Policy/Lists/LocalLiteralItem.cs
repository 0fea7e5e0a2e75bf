using Pipeline.Policy.Expansion.Conditions;

namespace Pipeline.Policy.Lists;

/// <summary><c>@[]</c> in a domain list: an address literal of one of this host's interfaces.</summary>
internal sealed class LocalLiteralItem : ListItem
{
    private const string Ipv6Tag = "IPv6:";

    public override ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (context.Subject is not ['[', .. var literal, ']'])
        {
            return new(ListMatchResult.NoMatch);
        }

        literal = literal.StartsWith(Ipv6Tag, StringComparison.OrdinalIgnoreCase) ? literal[Ipv6Tag.Length..] : literal;
        return new(AddressConditions.TryParse(literal, out var address) && context.Scope.Environment.LocalAddresses.Contains(address)
            ? ListMatchResult.Match(context.Subject)
            : ListMatchResult.NoMatch);
    }
}
