using System.Net;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups;

/// <summary><c>iplsearch</c>: the keys of the file are IP addresses and networks; the first that has the address counts, not the longest.</summary>
internal static class AddressLineSearch
{
    public static LookupType[] Types { get; } = [new("iplsearch", LookupStyle.SingleKey, FindAsync)];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (file, error) = await LineFile.Files.ReadAsync(question.FileOrQuery, cancellationToken);
        if (file is null)
        {
            return LineSearch.CannotOpen(question.FileOrQuery, error);
        }

        if (question.Key == "*")
        {
            return file.Find("*") is { } star ? LineSearch.Yield(question, star) : LookupResult.NotFound;
        }

        if (!AddressConditions.TryParse(question.Key, out var address))
        {
            return LookupResult.Deferred(
                $"\"{question.Key}\" is not a valid iplsearch key (an IP address, with optional CIDR mask, is wanted): "
                + "in a host list, use net-iplsearch as the search type");
        }

        foreach (var entry in file.Entries)
        {
            if (HostItemParser.TryParseNetwork(entry.Key, out IPNetwork network) && network.Contains(address))
            {
                return LineSearch.Yield(question, entry);
            }
        }

        return LookupResult.NotFound;
    }
}
