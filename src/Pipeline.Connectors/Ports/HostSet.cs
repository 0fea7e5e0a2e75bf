using System.Net;

namespace Pipeline.Connectors.Ports;

/// <summary>A host list of a transport (hosts_require_tls and its like), asked about each peer once it is known.</summary>
public sealed class HostSet
{
    private readonly Func<string, IPAddress, CancellationToken, ValueTask<bool>> _contains;

    private HostSet(Func<string, IPAddress, CancellationToken, ValueTask<bool>> contains) => _contains = contains;

    public static HostSet None { get; } = new(static (_, _, _) => ValueTask.FromResult(false));

    public static HostSet Everyone { get; } = new(static (_, _, _) => ValueTask.FromResult(true));

    /// <param name="contains">Host name, address; answers, and does not throw.</param>
    public static HostSet Matching(Func<string, IPAddress, CancellationToken, ValueTask<bool>> contains) => new(contains);

    public ValueTask<bool> ContainsAsync(string host, IPAddress address, CancellationToken cancellationToken) =>
        _contains(host, address, cancellationToken);
}
