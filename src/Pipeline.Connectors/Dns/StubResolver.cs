using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>
/// Asks recursive resolvers over UDP and TCP. Answers are cached, and callers that ask the same thing at the same time share one query.
/// </summary>
/// <remarks>
/// Sources: RFC 1035, RFC 2308 (negative answers), RFC 5452 (forged answers), RFC 6891 (EDNS), RFC 7766 (TCP), RFC 8767 (stale answers),
/// RFC 9520 (failures). Validation of DNSSEC is the resolver's; its word (the AD bit) counts only where the path to it is safe.
/// A shared query is not ended when one of its callers gives up; it ends by itself after <see cref="DnsOptions.Attempts"/> time-outs.
/// </remarks>
public sealed class StubResolver : IDnsResolver, IDisposable
{
    private static readonly DnsAnswer NotAName = DnsAnswer.NonExistentDomain with { Reason = "not a domain name", TimeToLive = TimeSpan.FromDays(1) };
    private static readonly DnsAnswer TooBusy = DnsAnswer.TemporaryFailure("too many questions at a time");
    private static readonly DnsAnswer ShutDown = DnsAnswer.TemporaryFailure("the resolver is shutting down");

    private readonly DnsOptions _options;
    private readonly ILogger _logger;
    private readonly DnsServerSet _servers;
    private readonly DnsCache _cache;
    private readonly DnsMetrics _metrics;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<DnsQuestion, Task<DnsAnswer>> _inFlight = [];

    /// <exception cref="ArgumentException">The options have <see cref="DnsOptions.Problems"/>.</exception>
    public StubResolver(DnsOptions options, TimeProvider timeProvider, ILogger<StubResolver>? logger = null)
    {
        if (options.Problems() is [var problem, ..])
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _options = options;
        _logger = logger ?? NullLogger<StubResolver>.Instance;
        _cache = new DnsCache(options.CacheSize, options.MaximumStale, timeProvider);
        _metrics = new DnsMetrics(InFlight, () => _cache.Count);
        var fromFile = options.Servers.IsEmpty ? ResolvConf.Load(ResolvConf.DefaultPath) : null;
        _servers = new DnsServerSet(OpenServers(options, fromFile, timeProvider), options.Attempts, _metrics);
        SearchDomains = options.SearchDomains.IsEmpty && fromFile is not null ? fromFile.SearchDomains : options.SearchDomains;
    }

    public IReadOnlyList<string> SearchDomains { get; }

    public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<DnsAnswer>(cancellationToken);
        }

        if (!WireName.TryNormalize(name, out var normalized))
        {
            return new(NotAName);
        }

        var question = new DnsQuestion(normalized, type);
        return _cache.Find(question) is { } cached ? Cached(cached) : Ask(question, cancellationToken);
    }

    public void Dispose()
    {
        _closing.Cancel();
        _servers.Dispose();
        _metrics.Dispose();
    }

    private static ImmutableArray<DnsServer> OpenServers(DnsOptions options, ResolvConf? fromFile, TimeProvider timeProvider)
    {
        var endPoints = fromFile?.Servers ?? options.Servers;
        return
        [
            .. endPoints.Select(server => new DnsServer(
                server,
                IPAddress.IsLoopback(server.Address) || fromFile?.TrustAuthenticData == true || options.TrustedServers.Contains(server.Address),
                options,
                timeProvider)),
        ];
    }

    private int InFlight()
    {
        lock (_gate)
        {
            return _inFlight.Count;
        }
    }

    private ValueTask<DnsAnswer> Cached(DnsAnswer answer)
    {
        _metrics.FromCache();
        return new(answer);
    }

    private ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancellationToken)
    {
        TaskCompletionSource<DnsAnswer> mine;
        lock (_gate)
        {
            if (_inFlight.TryGetValue(question, out var shared))
            {
                _metrics.Joined();
                return new(shared.WaitAsync(cancellationToken));
            }

            // The answer may have come between the look into the cache and this lock.
            if (_cache.Find(question) is { } cached)
            {
                return Cached(cached);
            }

            if (_closing.IsCancellationRequested)
            {
                return new(ShutDown);
            }

            if (_inFlight.Count >= _options.MaximumInFlight)
            {
                return new(TooBusy);
            }

            mine = new TaskCompletionSource<DnsAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            _inFlight.Add(question, mine.Task);
        }

        _ = AnswerAsync(question, mine);
        return new(mine.Task.WaitAsync(cancellationToken));
    }

    private async Task AnswerAsync(DnsQuestion question, TaskCompletionSource<DnsAnswer> result)
    {
        DnsAnswer answer;
        try
        {
            answer = Remember(question, await ResolveAsync(question));
        }
        catch (Exception e)
        {
            // A bug; but those who wait must not wait for ever, and mail must not be lost over it.
            Log.QueryFailed(_logger, e, question.Name, question.Type);
            answer = DnsAnswer.TemporaryFailure("internal error of the resolver");
        }

        lock (_gate)
        {
            _inFlight.Remove(question);
        }

        _metrics.FromServers(answer.Outcome);
        result.SetResult(answer);
    }

    private async ValueTask<DnsAnswer> ResolveAsync(DnsQuestion question)
    {
        var aliases = 0;
        var authenticated = true;
        var timeToLive = uint.MaxValue;
        var current = question;
        while (true)
        {
            var (response, trusted, reason) = await _servers.AskAsync(current, _closing.Token);
            if (response is null)
            {
                return DnsAnswer.TemporaryFailure(reason ?? "no answer");
            }

            authenticated &= trusted && response.AuthenticData;
            switch (AliasChain.Follow(current, response, ref aliases))
            {
                case ChainStep.End end:
                    timeToLive = Math.Min(timeToLive, end.TimeToLive ?? 0);
                    return new DnsAnswer(end.Outcome, end.Records, authenticated, TimeToLive: TimeSpan.FromSeconds(timeToLive));

                // Each step to here has counted at least one alias, and their number is bounded.
                case ChainStep.Continue next when WireName.TryNormalize(next.Target, out var target):
                    timeToLive = Math.Min(timeToLive, next.TimeToLive);
                    current = question with { Name = target };
                    break;

                case ChainStep.Continue:
                    return new DnsAnswer(DnsOutcome.NonExistentDomain, [], authenticated, "an alias to what is not a domain name");

                case ChainStep.Broken broken:
                    return DnsAnswer.TemporaryFailure(broken.Reason);
            }
        }
    }

    private DnsAnswer Remember(DnsQuestion question, DnsAnswer answer)
    {
        if (!answer.IsTemporaryFailure)
        {
            var timeToLive = TimeSpan.FromTicks(
                Math.Clamp(answer.TimeToLive.Ticks, _options.MinimumTimeToLive.Ticks, _options.MaximumTimeToLive.Ticks));
            answer = answer with { TimeToLive = timeToLive };
            _cache.Store(question, answer);
            return answer;
        }

        Log.QueryUnanswered(_logger, question.Name, question.Type, answer.Reason);
        if (MayBeStale(question.Type) && _cache.FindStale(question) is { } stale)
        {
            _metrics.FromStale();
            _cache.Prolong(question, _options.StaleTimeToLive);

            // Authenticated stays as it was: were it dropped, a sender that honours DANE would fall back to plain TLS.
            return stale with { TimeToLive = _options.StaleTimeToLive };
        }

        answer = answer with { TimeToLive = _options.FailureTimeToLive };
        if (!_closing.IsCancellationRequested)
        {
            _cache.Store(question, answer);
        }

        return answer;
    }

    /// <summary>Where mail goes may be told from memory; what a domain publishes about its mail (TXT, TLSA) may not.</summary>
    private static bool MayBeStale(DnsRecordType type) => type is DnsRecordType.Mx or DnsRecordType.A or DnsRecordType.Aaaa;
}
