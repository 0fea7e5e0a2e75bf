using System.Collections.Immutable;
using System.Net;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>What <c>/etc/resolv.conf</c> says that matters to a stub resolver (resolv.conf(5)): servers, whether their AD bit is to be believed, and how abbreviated names are completed.</summary>
/// <param name="Servers">At least one: the local host when the file names none, as in the C library.</param>
/// <param name="TrustAuthenticData"><c>options trust-ad</c>.</param>
/// <param name="SearchDomains">Of the last <c>search</c> or <c>domain</c>; without the final dot.</param>
internal sealed record ResolvConf(ImmutableArray<IPEndPoint> Servers, bool TrustAuthenticData, ImmutableArray<string> SearchDomains)
{
    public const string DefaultPath = "/etc/resolv.conf";

    private const int Port = 53;
    private const int MaxServers = 8;
    private const int MaxSearchDomains = 32;
    private const long MaxFileSize = 64 * 1024;

    public static ResolvConf Load(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= MaxFileSize ? Parse(File.ReadAllText(path)) : Parse("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Parse("");
        }
    }

    public static ResolvConf Parse(string text)
    {
        var servers = ImmutableArray.CreateBuilder<IPEndPoint>();
        var trust = false;
        ImmutableArray<string> search = [];
        foreach (var rawLine in text.AsSpan().EnumerateLines())
        {
            var line = rawLine.Trim();
            if (TryKeyword(line, "nameserver", out var address))
            {
                if (servers.Count < MaxServers && IPAddress.TryParse(address, out var server))
                {
                    servers.Add(new IPEndPoint(server, Port));
                }
            }
            else if (TryKeyword(line, "options", out var options))
            {
                foreach (var option in options.Split(' '))
                {
                    trust |= options[option].Trim().SequenceEqual("trust-ad");
                }
            }
            else if (TryKeyword(line, "search", out var domains) || TryKeyword(line, "domain", out domains))
            {
                search =
                [
                    .. domains.ToString().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
                        .Select(domain => DnsName.TrimFinalDot(domain).ToString())
                        .Where(domain => DnsName.IsQueryable(domain))
                        .Take(MaxSearchDomains),
                ];
            }
        }

        if (servers.Count == 0)
        {
            servers.Add(new IPEndPoint(IPAddress.Loopback, Port));
        }

        return new ResolvConf(servers.ToImmutable(), trust, search);
    }

    private static bool TryKeyword(ReadOnlySpan<char> line, string keyword, out ReadOnlySpan<char> value)
    {
        value = [];
        if (line.Length <= keyword.Length || !line.StartsWith(keyword, StringComparison.Ordinal) || line[keyword.Length] is not (' ' or '\t'))
        {
            return false;
        }

        value = line[keyword.Length..].Trim();
        return true;
    }
}
