using System.Net.Security;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Listeners.Tls;

/// <summary>How a handshake ended: with a stream and facts, or with a failure.</summary>
internal readonly record struct TlsHandshake(SslStream? Stream, TlsFacts? Facts, string? Failure);
