using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Dmarc;

/// <summary>Whether what SPF and DKIM have authenticated belongs to the author (RFC 9989 section 4.4, RFC 7489 section 3.1).</summary>
internal sealed class DmarcAlignmentCheck(IDmarcDiscoverer discoverer, DmarcDiscovery author, DmarcRecord record)
{
    /// <summary>Signatures whose organisational domain is looked up; the others are not aligned.</summary>
    private const int MaxWalks = 10;

    private int _walks;

    public ValueTask<DmarcAlignment> CheckAsync(SpfResult spf, CancellationToken cancellationToken) => CheckAsync(
        "spf", spf.CheckedDomain, spf.Word, spf.Verdict == SpfVerdict.Pass && !spf.IsGuess, spf.Verdict == SpfVerdict.TempError, record.SpfAlignment, cancellationToken);

    public async ValueTask<ImmutableArray<DmarcAlignment>> CheckAsync(IReadOnlyList<DkimResult> signatures, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<DmarcAlignment>(signatures.Count);
        foreach (var signature in signatures)
        {
            found.Add(await CheckAsync(
                "dkim",
                signature.Domain,
                signature.Word,
                signature.Verdict == DkimVerdict.Pass,
                signature.Verdict == DkimVerdict.TempError,
                record.DkimAlignment,
                cancellationToken).ConfigureAwait(false));
        }

        return found.MoveToImmutable();
    }

    private async ValueTask<DmarcAlignment> CheckAsync(
        string method, string domain, string word, bool passed, bool isTemporary, DmarcAlignmentMode mode, CancellationToken cancellationToken)
    {
        var result = new DmarcAlignment(method, domain, word, false, $"{method} did not pass");
        if (!passed && !isTemporary)
        {
            return result;
        }

        var (isAligned, reason, isUndecided) = await CompareAsync(domain, mode, cancellationToken).ConfigureAwait(false);
        return passed
            ? result with { IsAligned = isAligned, Reason = reason, IsUndecided = isUndecided }
            : result with { Reason = isAligned || isUndecided ? $"{method} could not be decided for now" : result.Reason, IsUndecided = isAligned || isUndecided };
    }

    private async ValueTask<(bool IsAligned, string Reason, bool IsUndecided)> CompareAsync(string identifier, DmarcAlignmentMode mode, CancellationToken cancellationToken)
    {
        if (!DomainName.TryToAscii(DnsName.TrimFinalDot(identifier).ToString(), out var domain))
        {
            return (false, "not a domain name", false);
        }

        if (domain == author.AuthorDomain)
        {
            return (true, "the author's domain", false);
        }

        if (mode == DmarcAlignmentMode.Strict)
        {
            return (false, $"not {author.AuthorDomain} itself, which strict alignment wants", false);
        }

        // An organisational domain is the name itself or above it: where the author's does not lie there, no question is worth asking.
        if (author.OrganizationalDomain is not { } organization)
        {
            return DnsName.IsAtOrBelow(domain, TopLevelOf(author.AuthorDomain))
                ? (false, $"the organisational domain of {author.AuthorDomain} cannot be looked up now", true)
                : (false, $"not of the organisation of {author.AuthorDomain}", false);
        }

        if (!DnsName.IsAtOrBelow(domain, organization))
        {
            return (false, $"not of the organisation {organization}", false);
        }

        if (_walks == MaxWalks)
        {
            return (false, $"not looked at: more than {MaxWalks} identifiers", false);
        }

        _walks++;
        var (other, failure) = await discoverer.OrganizationalDomainAsync(domain, cancellationToken).ConfigureAwait(false);
        return failure is not null ? (false, failure, true)
            : other == organization ? (true, $"of the organisation {organization}", false)
            : (false, $"of the organisation {other}, not {organization}", false);
    }

    private static string TopLevelOf(string domain) => domain[(domain.LastIndexOf('.') + 1)..];
}
