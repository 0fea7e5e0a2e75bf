using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary>One item of <c>socks_proxy</c>: a SOCKS 5 server (RFC 1928) that connections are made through.</summary>
public sealed record SocksProxy(IPEndPoint Address)
{
    public const int DefaultPort = 1080;

    private const int MaxProxies = 32;

    /// <summary>RFC 1929 section 2: a length is one octet.</summary>
    private const int MaxCredential = 255;

    /// <summary><c>auth=name</c>: name and password are shown.</summary>
    public bool Authenticates { get; init; }

    /// <summary>Octets.</summary>
    public string Name { get; init; } = "";

    /// <summary>Octets.</summary>
    public string Password { get; init; } = "";

    /// <summary>For the proxy to be reached and to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Higher ones are tried first.</summary>
    public int Priority { get; init; } = 1;

    /// <summary>Among those of one priority: how often it comes first.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Reads a value of the option: a list of proxies, each an address and options behind blanks.</summary>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    /// <returns>In the order written; empty with a problem, and for an empty list.</returns>
    public static ImmutableArray<SocksProxy> Parse(string list, out string problem)
    {
        problem = "";
        var proxies = ImmutableArray.CreateBuilder<SocksProxy>();
        foreach (var item in ListSyntax.Split(list).Where(item => item.Length > 0))
        {
            if (proxies.Count == MaxProxies)
            {
                problem = $"socks_proxy names more than {MaxProxies} proxies";
                return [];
            }

            if (ParseOne(item, out problem) is not { } proxy)
            {
                return [];
            }

            proxies.Add(proxy);
        }

        return proxies.ToImmutable();
    }

    // The password stays out of every text.
    public override string ToString() => Address.ToString();

    private static SocksProxy? ParseOne(string item, out string problem)
    {
        var words = item.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        problem = $"socks_proxy: \"{words[0]}\" is no IP address";
        if (!IPAddress.TryParse(words[0].Trim('[', ']'), out var address))
        {
            return null;
        }

        var proxy = new SocksProxy(new IPEndPoint(address, DefaultPort));
        foreach (var word in words.Skip(1))
        {
            if (proxy.With(word) is not { } changed)
            {
                // Without its value, which may be the password.
                problem = $"socks_proxy: option \"{word.Split('=')[0]}\" of {words[0]} is not known, or its value is wrong";
                return null;
            }

            proxy = changed;
        }

        problem = "";
        return proxy;
    }

    private SocksProxy? With(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (word, "") : (word[..equals], word[(equals + 1)..]);
        var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return name switch
        {
            "auth" when value is "none" or "name" => this with { Authenticates = value == "name" },
            "name" when value.Length is > 0 and <= MaxCredential => this with { Name = value },
            "pass" when value.Length <= MaxCredential => this with { Password = value },
            "port" when isNumber && number is > 0 and <= ushort.MaxValue => this with { Address = new IPEndPoint(Address.Address, number) },
            "tmo" when TimeText.TryParse(value, out var timeout) && timeout > TimeSpan.Zero => this with { Timeout = timeout },
            "pri" when isNumber => this with { Priority = number },
            "weight" when isNumber && number <= 10_000 => this with { Weight = number },
            "proto" when value == "5" => this,
            _ => null,
        };
    }
}
