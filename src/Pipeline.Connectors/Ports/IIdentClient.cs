using System.Net;

namespace Pipeline.Connectors.Ports;

/// <summary>Asks the host at the other end of a connection whose it is there (RFC 1413).</summary>
public interface IIdentClient
{
    /// <returns>The user, in printable ASCII; null when the host does not say.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled: the host has not answered in time.</exception>
    Task<string?> AskAsync(IPEndPoint client, IPEndPoint local, CancellationToken cancellationToken);
}
