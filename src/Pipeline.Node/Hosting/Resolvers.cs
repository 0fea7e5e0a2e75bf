using System.Net;
using System.Text.Json;
using Pipeline.Connectors.Dns;
using Pipeline.Mail.Dns;
using Pipeline.Node.Configuration;

namespace Pipeline.Node.Hosting;

/// <summary>Makes the resolver that the settings of a node ask for.</summary>
internal static class Resolvers
{
    public static IDnsResolver Create(DnsSettings settings, TimeProvider time, ILoggerFactory? loggers = null)
    {
        if (settings.ZoneFile is { } file)
        {
            return ReadZone(file);
        }

        return new StubResolver(
            new DnsOptions
            {
                Servers = [.. settings.Servers.Select(IPEndPoint.Parse)],
                SearchDomains = [.. settings.Search],
                TrustedServers = [.. settings.Trusted.Select(server => IPEndPoint.Parse(server).Address)],
            },
            time,
            loggers?.CreateLogger<StubResolver>());
    }

    private static ZoneResolver ReadZone(string file)
    {
        try
        {
            using var zone = JsonDocument.Parse(File.ReadAllBytes(file));
            return ZoneJson.TryRead(zone.RootElement, out var resolver, out var problem)
                ? resolver
                : throw new NodeStartException([$"{file}: {problem}"]);
        }
        catch (JsonException error)
        {
            throw new NodeStartException([$"{file}: {error.Message}"]);
        }
    }
}
