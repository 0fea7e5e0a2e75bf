using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>Asks the DNS on behalf of routers.</summary>
internal static class RoutingQuery
{
    /// <summary>A temporary failure for a name in the main option dns_again_means_nonexist is an answer without records.</summary>
    public static async ValueTask<DnsAnswer> AskAsync(HostSearch search, string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        var answer = await search.Scope.Environment.Dns.QueryAsync(name, type, cancellationToken);
        if (answer.IsTemporaryFailure
            && search.Scope.Environment.Policy.MainOptions.DnsAgainMeansNonexist is { } list
            && (await list.MatchAsync(search.Scope, name, cancellationToken)).IsMatch)
        {
            return DnsAnswer.NoData;
        }

        return search.RequiresAuthentic && answer is { Outcome: DnsOutcome.Success, Authenticated: false }
            ? DnsAnswer.TemporaryFailure($"the answer for {name} is not authentic (dnssec_require_domains)")
            : answer with { Authenticated = answer.Authenticated && search.BelievesDnssec };
    }
}
