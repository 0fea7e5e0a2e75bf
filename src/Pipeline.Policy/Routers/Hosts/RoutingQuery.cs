using Pipeline.Mail.Dns;
using Pipeline.Policy.Routers.Drivers;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>Asks the DNS on behalf of routers.</summary>
internal static class RoutingQuery
{
    /// <summary>A temporary failure for a name in the main option dns_again_means_nonexist is an answer without records.</summary>
    public static async ValueTask<DnsAnswer> AskAsync(RouteRun run, string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        var answer = await run.Scope.Environment.Dns.QueryAsync(name, type, cancellationToken);
        return answer.IsTemporaryFailure
            && run.Scope.Environment.Policy.MainOptions.DnsAgainMeansNonexist is { } list
            && (await list.MatchAsync(run.Scope, name, cancellationToken)).IsMatch
            ? DnsAnswer.NoData
            : answer;
    }
}
