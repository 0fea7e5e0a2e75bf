using System.Net;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Acl.Blocklists;

/// <summary>What asking one DNS list found.</summary>
internal abstract record DnsListAnswer
{
    private DnsListAnswer()
    {
    }

    /// <param name="Value">The addresses of the answer, joined by comma and blank.</param>
    /// <param name="Text">The first TXT record, or nothing.</param>
    internal sealed record Listed(string Domain, string Value, string Text, string Key) : DnsListAnswer;

    internal sealed record NotListed : DnsListAnswer;

    internal sealed record Deferred(string Message) : DnsListAnswer;
}

/// <summary>Asks DNS lists (RFC 5782).</summary>
internal static class DnsListSearch
{
    private static readonly DnsListAnswer NotListed = new DnsListAnswer.NotListed();

    public static async ValueTask<DnsListAnswer> RunAsync(DnsListQuery query, EvaluationScope scope, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> keys = query.Keys is { } explicitKeys ? explicitKeys
            : scope.Connection.ClientAddress is { } client ? [client.ToString()]
            : [];
        foreach (var key in keys)
        {
            var found = await AskAsync(query, key, scope, cancellationToken);
            if (found is not DnsListAnswer.NotListed)
            {
                return found;
            }
        }

        return NotListed;
    }

    /// <summary>The name under which a list keeps a key: addresses backwards, names as they are.</summary>
    public static string NameOf(string key)
    {
        if (!IPAddress.TryParse(key, out var address) || !(key.Contains(':', StringComparison.Ordinal) || key.Contains('.', StringComparison.Ordinal)))
        {
            return key;
        }

        return ReverseName.Labels(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    // Of a pair, the second list decides with the restriction, and the first supplies text and name.
    private static async ValueTask<DnsListAnswer> AskAsync(DnsListQuery query, string key, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        var domain = query.Domains[^1];
        var answer = await LookUpAsync(name, domain, query, scope, cancellationToken);
        if (answer.Outcome is not null)
        {
            return answer.Outcome is DnsListAnswer.Listed ? new DnsListAnswer.Listed(domain, "", "", key) : answer.Outcome;
        }

        if (query.Restriction is { } restriction && !restriction.IsMetBy(answer.Addresses))
        {
            return NotListed;
        }

        if (query.Domains.Length > 1)
        {
            domain = query.Domains[0];
            answer = await LookUpAsync(name, domain, query, scope, cancellationToken);
            if (answer.Outcome is not null)
            {
                return answer.Outcome is DnsListAnswer.Listed ? new DnsListAnswer.Listed(domain, "", "", key) : answer.Outcome;
            }
        }

        var text = await scope.Environment.Dns.QueryAsync($"{name}.{domain}", DnsRecordType.Txt, cancellationToken);
        return new DnsListAnswer.Listed(
            domain,
            string.Join(", ", answer.Addresses.Select(address => address.ToString())),
            text.Records is [TextRecord record, ..] ? record.Text : "",
            key);
    }

    /// <returns>Addresses, or an outcome that ends the search.</returns>
    private static async ValueTask<(List<IPAddress> Addresses, DnsListAnswer? Outcome)> LookUpAsync(
        string name, string domain, DnsListQuery query, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var answer = await scope.Environment.Dns.QueryAsync($"{name}.{domain}", DnsRecordType.A, cancellationToken);
        if (answer.IsTemporaryFailure)
        {
            var assumed = query.Unknown switch
            {
                UnknownListPolicy.Include => "assumed in list",
                UnknownListPolicy.Defer => "returned DEFER",
                _ => "assumed not in list",
            };
            scope.Environment.WriteLog("dnslist_defer", PolicyLogTarget.Main, $"DNS list lookup defer (probably timeout) for {name}.{domain}: {assumed}");
            return ([], query.Unknown switch
            {
                UnknownListPolicy.Include => new DnsListAnswer.Listed(domain, "", "", ""),
                UnknownListPolicy.Defer => new DnsListAnswer.Deferred($"DNS list lookup defer (probably timeout) for {name}.{domain}: {answer.Reason}"),
                _ => NotListed,
            });
        }

        List<IPAddress> addresses = [];
        foreach (var record in answer.Records)
        {
            if (record is not AddressRecord { Address: var address })
            {
                continue;
            }

            if (address.GetAddressBytes()[0] == 127)
            {
                addresses.Add(address);
            }
            else
            {
                // A list whose domain was sold or parked answers everything with its web server.
                scope.Environment.Log.Write(PolicyLogTarget.Main, $"DNS list lookup for {name} at {domain} returned {address}; not in 127.0/8 and discarded");
            }
        }

        return (addresses, addresses.Count == 0 ? NotListed : null);
    }
}
