using System.Net;
using Pipeline.Connectors.Ports;

namespace Pipeline.Connectors.Smtp;

/// <summary>Which servers have said that they take commands before their banner (draft-harris-early-pipe), as long as that is believed. Safe for concurrent use.</summary>
/// <remarks>A memory of one process: what is forgotten costs a roundtrip, and no message.</remarks>
internal sealed class EarlyPipelining(TimeProvider time)
{
    private const int MaxServers = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, IPEndPoint? EndPoint, SmtpDialect Dialect), long> _servers = [];

    /// <param name="lasts">How long an offer is believed (<c>retry_data_expire</c>).</param>
    public bool IsTakenBy(SmtpConnectionKey server, TimeSpan lasts)
    {
        lock (_gate)
        {
            return _servers.TryGetValue(KeyOf(server), out var at) && time.GetElapsedTime(at) < lasts;
        }
    }

    /// <summary>What the server has said last.</summary>
    public void Note(SmtpConnectionKey server, bool offered)
    {
        lock (_gate)
        {
            if (!offered)
            {
                _servers.Remove(KeyOf(server));
                return;
            }

            if (_servers.Count >= MaxServers && !_servers.ContainsKey(KeyOf(server)))
            {
                _servers.Clear();
            }

            _servers[KeyOf(server)] = time.GetTimestamp();
        }
    }

    private static (string Host, IPEndPoint? EndPoint, SmtpDialect Dialect) KeyOf(SmtpConnectionKey server) => (server.Host, server.EndPoint, server.Dialect);
}
