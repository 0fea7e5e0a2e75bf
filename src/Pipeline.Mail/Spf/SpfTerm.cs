using System.Net;

namespace Pipeline.Mail.Spf;

/// <summary>The mechanisms of RFC 7208 section 5.</summary>
internal enum SpfMechanism
{
    All,
    Include,
    A,
    Mx,
    Ptr,
    Ip4,
    Ip6,
    Exists,
}

/// <summary>One directive of a record: a qualifier and a mechanism.</summary>
/// <param name="Text">As written.</param>
/// <param name="Outcome">What a match means.</param>
/// <param name="Target">The domain-spec; null where the domain of the record is meant.</param>
/// <param name="Network">The network of ip4 and ip6.</param>
/// <param name="Prefix4">Prefix length for IPv4, of ip4, a and mx.</param>
/// <param name="Prefix6">Prefix length for IPv6, of ip6, a and mx.</param>
internal sealed record SpfTerm(
    string Text, SpfVerdict Outcome, SpfMechanism Mechanism, SpfMacroString? Target = null, IPAddress? Network = null, int Prefix4 = 32, int Prefix6 = 128)
{
    /// <summary>Whether evaluating it asks DNS and so counts against the limit.</summary>
    public bool AsksDns => Mechanism is not (SpfMechanism.All or SpfMechanism.Ip4 or SpfMechanism.Ip6);
}
