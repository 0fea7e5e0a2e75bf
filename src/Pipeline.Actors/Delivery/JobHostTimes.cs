using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Routing;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Retry;

namespace Pipeline.Actors.Delivery;

/// <summary>What one attempt asks of the memory of hosts, and tells it.</summary>
internal sealed class JobHostTimes(HostMemory memory, MessageFacts message, string domain, bool includesAddress, bool isForced) : IHostTimes
{
    /// <summary>Clocks of nodes differ by so much at most. What was tried further ahead is from before a clock was set back.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (HostRecord? Record, DateTimeOffset At)> _asked = new(StringComparer.Ordinal);

    private DateTimeOffset Now => memory.Time.GetUtcNow();

    public async ValueTask<HostTime?> AskAsync(string host, IPAddress address, int port, CancellationToken cancellationToken)
    {
        var key = Key(host, address, port);
        var record = await memory.LookAsync(key, cancellationToken);
        var now = Now;
        _asked[key] = (record, now);
        return isForced || record is null || record.NextTryAt <= now || await PolicyAsync(cancellationToken) is not { } active || !IsBelieved(record, active, now)
            ? null
            : record.Time;
    }

    public async ValueTask<HostTime?> FailedAsync(string host, IPAddress address, int port, DeliveryFailure failure, CancellationToken cancellationToken)
    {
        var key = Key(host, address, port);
        if (await PolicyAsync(cancellationToken) is not { } active)
        {
            return null;
        }

        var now = Now;
        var began = _asked.TryGetValue(key, out var asked) ? asked.At : now;
        var before = await memory.ReadAsync(key, cancellationToken);
        if (before is not null && !IsBelieved(before, active, now))
        {
            before = null;
        }

        if (before is not null && before.LastTriedAt >= began)
        {
            return before.Time; // another attempt has found the same while this one was under way, and its time counts
        }

        var first = before?.FirstFailedAt ?? now;
        var decision = await active.Policy.Retry.DecideAsync(
            RoutingScope.Create(active, message),
            new RetrySubject(OctetString.FromText(domain.ToLowerInvariant()), null, host),
            RetryFailures.Of(failure),
            now - first,
            before?.LastInterval ?? TimeSpan.Zero,
            Random.Shared,
            cancellationToken);
        if (decision is RetryDecision.NoRule)
        {
            return null;
        }

        var (wait, isOver) = decision switch
        {
            RetryDecision.Again again => (again.Wait, false),
            RetryDecision.Expired expired => (expired.Wait, true),
            _ => throw new InvalidOperationException($"unknown decision {decision.GetType().Name}"),
        };
        var code = RetryFailures.CodeOf(failure);
        var record = new HostRecord(
            first, now, now + wait, wait, now + active.Policy.MainOptions.RetryDataExpire, failure.Class.ToString(), code == 0 ? null : code, isOver, failure.Reason);
        await memory.PutAsync(key, record, began, cancellationToken);
        return record.Time;
    }

    public async ValueTask ReachedAsync(string host, IPAddress address, int port, CancellationToken cancellationToken)
    {
        // Also what another attempt has found meanwhile: a host that takes some connections and not others has answered.
        var key = Key(host, address, port);
        if (memory.Knows(key) || (_asked.TryGetValue(key, out var asked) && asked.Record is not null))
        {
            await memory.PutAsync(key, null, Now, cancellationToken);
        }
    }

    private string Key(string host, IPAddress address, int port) => HostMemory.KeyOf(host, includesAddress ? address : null, port);

    /// <summary>Null when it cannot be had now.</summary>
    private async ValueTask<ActivePolicy?> PolicyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await memory.Policies.GetAsync(message.Policy, cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsBelieved(HostRecord record, ActivePolicy active, DateTimeOffset now) =>
        now - record.LastTriedAt < active.Policy.MainOptions.RetryDataExpire
        && record.LastTriedAt - now <= ClockDifference
        && record.NextTryAt - now <= active.Policy.Retry.IntervalMax + ClockDifference;
}
