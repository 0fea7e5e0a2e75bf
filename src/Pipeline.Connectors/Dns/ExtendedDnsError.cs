namespace Pipeline.Connectors.Dns;

/// <summary>Extended errors (RFC 8914 section 4) in words: what tells an operator a broken DNSSEC chain from a dead server.</summary>
internal static class ExtendedDnsError
{
    public static string Describe(ushort code) => code switch
    {
        1 => "unsupported DNSKEY algorithm",
        2 => "unsupported DS digest type",
        5 => "DNSSEC indeterminate",
        6 => "DNSSEC bogus",
        7 => "signature expired",
        8 => "signature not yet valid",
        9 => "DNSKEY missing",
        10 => "RRSIGs missing",
        12 => "NSEC missing",
        13 => "cached error",
        14 => "not ready",
        15 => "blocked",
        16 => "censored",
        17 => "filtered",
        18 => "prohibited",
        20 => "not authoritative",
        21 => "not supported",
        22 => "no reachable authority",
        23 => "network error",
        24 => "invalid data",
        _ => $"extended error {code}",
    };
}
