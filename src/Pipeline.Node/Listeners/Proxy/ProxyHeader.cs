using System.Net;

namespace Pipeline.Node.Listeners.Proxy;

/// <summary>What a PROXY header said.</summary>
/// <param name="Source">The client; null when the proxy speaks for itself (LOCAL) or does not know (UNKNOWN).</param>
/// <param name="Destination">The address the client connected to; null together with <paramref name="Source"/>.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination);
