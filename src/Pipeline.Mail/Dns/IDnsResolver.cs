namespace Pipeline.Mail.Dns;

/// <summary>
/// Asks the domain name system. The one port through which mail semantics (SPF, DKIM, routing) see DNS.
/// </summary>
/// <remarks>
/// Implementations follow CNAME chains, so the records returned are of the type asked. They never throw for what a name server
/// answers or fails to answer: the outcome says it. A name that is not a valid domain name gives <see cref="DnsOutcome.NonExistentDomain"/>.
/// </remarks>
public interface IDnsResolver
{
    /// <summary>The domains that an abbreviated name may be completed with, in order (resolv.conf: <c>search</c>); queries are made for names as they are.</summary>
    IReadOnlyList<string> SearchDomains => [];

    /// <param name="name">An A-label domain name, with or without the final dot, any case.</param>
    ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken);
}
