using System.Net;

namespace Pipeline.Connectors.Ports;

/// <summary>What is remembered of hosts that failed, asked and told by one attempt.</summary>
/// <remarks>It saves attempts and decides nothing else: whatever keeps it from answering is nothing remembered, and no exception but that of a cancelled token.</remarks>
public interface IHostTimes
{
    /// <summary>Asked before a host is tried.</summary>
    /// <returns>Null when it may be tried now.</returns>
    ValueTask<HostTime?> AskAsync(string host, IPAddress address, int port, CancellationToken cancellationToken);

    /// <summary>The host is at fault: others need not try it before its time. Asked for before.</summary>
    /// <returns>When it may be tried again; null when that is not remembered.</returns>
    ValueTask<HostTime?> FailedAsync(string host, IPAddress address, int port, DeliveryFailure failure, CancellationToken cancellationToken);

    /// <summary>The host has answered: whatever was held against it is forgotten. Asked for before.</summary>
    ValueTask ReachedAsync(string host, IPAddress address, int port, CancellationToken cancellationToken);
}

/// <summary>When a host, or the first of several, may be tried again.</summary>
/// <param name="IsOver">It has failed for as long as its retry rule says; of several, all have.</param>
/// <param name="Class">How it failed.</param>
/// <param name="ReplyCode">Of the 4xx reply that it failed with; else 0.</param>
public sealed record HostTime(DateTimeOffset NextTry, bool IsOver, FailureClass Class, int ReplyCode = 0)
{
    /// <summary>Of two hosts: the first time, and the end only when both have come to it.</summary>
    public static HostTime First(HostTime? one, HostTime other) =>
        one is null ? other : (one.NextTry <= other.NextTry ? one : other) with { IsOver = one.IsOver && other.IsOver };
}
