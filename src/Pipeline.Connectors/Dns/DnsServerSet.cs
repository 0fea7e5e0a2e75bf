using System.Collections.Immutable;

namespace Pipeline.Connectors.Dns;

/// <summary>The configured resolvers, asked one after the other until one gives an answer.</summary>
internal sealed class DnsServerSet(ImmutableArray<DnsServer> servers, int attempts, DnsMetrics metrics) : IDisposable
{
    /// <remarks>
    /// Servers that have been silent of late come last. One that answers with a failure is not asked again: it would say the same.
    /// Each server has at least one attempt.
    /// </remarks>
    public async ValueTask<DnsServerAnswer> AskAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        var order = servers.Length == 1 ? servers : [.. servers.Where(s => !s.IsSuspect), .. servers.Where(s => s.IsSuspect)];
        var failed = new bool[order.Length];
        var reason = "no resolver";
        for (var i = 0; i < Math.Max(attempts, order.Length); i++)
        {
            var index = NextUsable(failed, i);
            if (index < 0)
            {
                break;
            }

            var server = order[index];
            var exchange = await server.AskAsync(question, cancellationToken);
            metrics.Asked(question.Type, exchange);
            if (exchange is { Status: DnsExchangeStatus.Answered, Response: { Code: DnsResponseCode.NoError or DnsResponseCode.NonExistentDomain } response })
            {
                return new(response, server.Trusted, null);
            }

            reason = Describe(exchange, server);
            failed[index] = exchange.Status == DnsExchangeStatus.Answered;
            if (exchange.Status == DnsExchangeStatus.Closed)
            {
                break;
            }
        }

        return new(null, false, reason);
    }

    public void Dispose()
    {
        foreach (var server in servers)
        {
            server.Dispose();
        }
    }

    private static int NextUsable(bool[] failed, int attempt)
    {
        for (var i = 0; i < failed.Length; i++)
        {
            var index = (attempt + i) % failed.Length;
            if (!failed[index])
            {
                return index;
            }
        }

        return -1;
    }

    private static string Describe(DnsExchange exchange, DnsServer server) => exchange switch
    {
        { Status: DnsExchangeStatus.TimedOut } => $"no answer from {server.EndPoint} in time",
        { Status: DnsExchangeStatus.Unreachable } => $"{server.EndPoint} cannot be reached",
        { Status: DnsExchangeStatus.Malformed } => $"{server.EndPoint} sent a malformed answer",
        { Response: { } response } => Describe(response, server),
        _ => "the resolver is shutting down",
    };

    private static string Describe(DnsResponse response, DnsServer server)
    {
        var code = response.Code switch
        {
            DnsResponseCode.ServerFailure => "SERVFAIL",
            DnsResponseCode.Refused => "REFUSED",
            DnsResponseCode.FormatError => "FORMERR",
            DnsResponseCode.NotImplemented => "NOTIMP",
            _ => $"response code {(int)response.Code}",
        };
        return response.ExtendedError is { } extended
            ? $"{server.EndPoint} answered {code} ({ExtendedDnsError.Describe(extended)})"
            : $"{server.EndPoint} answered {code}";
    }
}

/// <param name="Response">NOERROR or NXDOMAIN; null when no server gave one.</param>
/// <param name="Trusted">The AD bit of the response counts.</param>
/// <param name="Reason">Why there is no response.</param>
internal readonly record struct DnsServerAnswer(DnsResponse? Response, bool Trusted, string? Reason);
