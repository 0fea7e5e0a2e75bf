using System.Collections.Immutable;
using System.Net;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Blocklists;

/// <summary>What a list that does not answer means.</summary>
internal enum UnknownListPolicy
{
    /// <summary>As if nothing were listed.</summary>
    Exclude = 0,
    Include = 1,
    Defer = 2,
}

/// <summary>One item of <c>dnslists =</c>.</summary>
/// <param name="Domains">The list that is asked, and for a pair <c>first,second</c> the one whose answer is restricted last.</param>
/// <param name="Keys">What is looked up; null for the client's address.</param>
internal sealed record DnsListQuery(
    ImmutableArray<string> Domains, AddressRestriction? Restriction, ImmutableArray<string>? Keys, UnknownListPolicy Unknown)
{
    private const int MaxKeys = 100;

    public static ImmutableArray<DnsListQuery>? Parse(string list, out string error)
    {
        var queries = ImmutableArray.CreateBuilder<DnsListQuery>();
        var unknown = UnknownListPolicy.Exclude;
        error = "";
        foreach (var item in ListSyntax.Split(list))
        {
            if (item.StartsWith('+'))
            {
                if (PolicyOf(item) is not { } policy)
                {
                    error = $"unknown item in dnslist (item \"{item}\")";
                    return null;
                }

                unknown = policy;
                continue;
            }

            if (item.Length == 0)
            {
                continue;
            }

            if (ParseItem(item, unknown, out error) is not { } query)
            {
                return null;
            }

            queries.Add(query);
        }

        return queries.ToImmutable();
    }

    private static DnsListQuery? ParseItem(string item, UnknownListPolicy unknown, out string error)
    {
        var domainPart = item.AsSpan();
        ImmutableArray<string>? keys = null;
        var slash = domainPart.IndexOf('/');
        if (slash >= 0)
        {
            keys = [.. ListSyntax.Split(domainPart[(slash + 1)..].ToString()).Take(MaxKeys)];
            domainPart = domainPart[..slash];
        }

        AddressRestriction? restriction = null;
        var at = domainPart.IndexOfAny('=', '&');
        if (at >= 0)
        {
            var negated = at > 0 && domainPart[at - 1] == '!';
            restriction = AddressRestriction.Parse(domainPart[at..], negated, out error);
            if (restriction is null)
            {
                return null;
            }

            domainPart = domainPart[..(negated ? at - 1 : at)];
        }

        error = "";
        var domains = ListSyntax.Split(domainPart.Trim().ToString(), ',').Where(domain => domain.Length > 0).Take(2).ToImmutableArray();
        if (domains.Length == 0)
        {
            error = $"missing domain in dnslists item \"{item}\"";
            return null;
        }

        return new DnsListQuery(domains, restriction, keys, unknown);
    }

    private static UnknownListPolicy? PolicyOf(string item) => item switch
    {
        "+include_unknown" => UnknownListPolicy.Include,
        "+exclude_unknown" => UnknownListPolicy.Exclude,
        "+defer_unknown" => UnknownListPolicy.Defer,
        _ => null,
    };
}

/// <summary>What the addresses of an answer must be: <c>=</c> or <c>&amp;</c>, doubled for all of them, with <c>!</c> for the opposite.</summary>
internal sealed record AddressRestriction(bool Mask, bool All, bool Negated, ImmutableArray<IPAddress> Addresses)
{
    /// <param name="text">Begins with the operator.</param>
    public static AddressRestriction? Parse(ReadOnlySpan<char> text, bool negated, out string error)
    {
        var mask = text[0] == '&';
        var all = false;
        var rest = text[1..];
        if (text[0] == '=' && rest is ['=' or '&', ..])
        {
            all = true;
            mask = rest[0] == '&';
            rest = rest[1..];
        }

        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        foreach (var item in ListSyntax.Split(rest.ToString(), ','))
        {
            if (!IPAddress.TryParse(item, out var address))
            {
                error = $"malformed IP address \"{item}\" in dnslists";
                return null;
            }

            addresses.Add(address);
        }

        if (addresses.Count == 0)
        {
            error = "missing IP address in dnslists";
            return null;
        }

        error = "";
        return new AddressRestriction(mask, all, negated, addresses.ToImmutable());
    }

    public bool IsMetBy(IReadOnlyList<IPAddress> answer)
    {
        var met = All ? answer.All(MatchesOne) : answer.Any(MatchesOne);
        return met != Negated;
    }

    private bool MatchesOne(IPAddress answer) => Addresses.Any(wanted => Mask ? HasBits(answer, wanted) : wanted.Equals(answer));

    private static bool HasBits(IPAddress answer, IPAddress mask)
    {
        var bits = answer.GetAddressBytes();
        var wanted = mask.GetAddressBytes();
        if (bits.Length != wanted.Length)
        {
            return false;
        }

        for (var i = 0; i < bits.Length; i++)
        {
            if ((bits[i] & wanted[i]) != wanted[i])
            {
                return false;
            }
        }

        return true;
    }
}
