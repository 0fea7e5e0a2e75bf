using System.Net;
using Pipeline.Actors.Hints;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Hints;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Delivery;

/// <summary>Which hosts failed, and when they may be tried again: for all messages, and among the hints of the store, for all nodes.</summary>
/// <remarks>
/// What is remembered saves attempts and decides nothing else: when the store is away hosts are tried. A look at the store is good for a few seconds, so that a busy
/// destination does not cost one for each attempt; what another node finds out meanwhile comes that much later. Safe for concurrent use.
/// </remarks>
public sealed class HostMemory(IHints hints, IPolicySource policies, TimeProvider time)
{
    /// <summary>What their keys begin with; behind it is Exim's key.</summary>
    public const string Kind = "retry/";

    private const int MaxLooks = 10_000;

    private static readonly TimeSpan LookLasts = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (HostRecord? Record, long At)> _looks = new(StringComparer.Ordinal);

    internal IPolicySource Policies => policies;

    internal TimeProvider Time => time;

    /// <summary>For one attempt.</summary>
    /// <param name="domain">Of its recipients: retry rules are looked for by it too.</param>
    /// <param name="includesAddress">Option <c>retry_include_ip_address</c> of the transport.</param>
    /// <param name="isForced">Hosts are tried whether their time has come or not.</param>
    public IHostTimes For(MessageFacts message, string domain, bool includesAddress, bool isForced) => new JobHostTimes(this, message, domain, includesAddress, isForced);

    /// <summary>Forgets what is older than <c>retry_data_expire</c> says.</summary>
    /// <exception cref="IOException">The store is away.</exception>
    public static ValueTask<int> SweepAsync(IMessageStore store, DateTimeOffset now, CancellationToken cancellationToken) =>
        HintSweep.RunAsync(store, Kind, value => HostRecord.Read(value) is not { } record || record.Until <= now, cancellationToken);

    internal static string KeyOf(string host, IPAddress? address, int port) =>
        HintKey.Of(Kind, $"T:{host.ToLowerInvariant()}{(address is null ? "" : $":{address}")}{(port == 25 ? "" : $":{port}")}");

    internal async ValueTask<HostRecord?> LookAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_looks.TryGetValue(key, out var look) && time.GetElapsedTime(look.At) < LookLasts)
            {
                return look.Record;
            }
        }

        return await ReadAsync(key, cancellationToken);
    }

    /// <summary>Whether this node has something against the host in mind.</summary>
    internal bool Knows(string key)
    {
        lock (_lock)
        {
            return _looks.TryGetValue(key, out var look) && look.Record is not null;
        }
    }

    internal async ValueTask<HostRecord?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        HostRecord? record;
        try
        {
            record = HostRecord.Read(await hints.GetAsync(key, cancellationToken));
        }
        catch (IOException)
        {
            record = null;
        }

        Note(key, record);
        return record;
    }

    /// <summary>Remembers, or forgets, unless another attempt has failed since then.</summary>
    internal async ValueTask PutAsync(string key, HostRecord? record, DateTimeOffset since, CancellationToken cancellationToken)
    {
        Note(key, record);
        try
        {
            await hints.ChangeAsync(key, value => HostRecord.Read(value) is { } other && other.LastTriedAt >= since && other.LastTriedAt <= time.GetUtcNow() ? value : record?.Write(), cancellationToken);
        }
        catch (IOException)
        {
            // This node has it for a while; others find out by themselves.
        }
    }

    private void Note(string key, HostRecord? record)
    {
        lock (_lock)
        {
            if (_looks.Count >= MaxLooks && !_looks.ContainsKey(key))
            {
                _looks.Clear();
            }

            _looks[key] = (record, time.GetTimestamp());
        }
    }
}
