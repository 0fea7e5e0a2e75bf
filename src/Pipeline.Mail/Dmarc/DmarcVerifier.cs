using System.Collections.Immutable;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Spf;

namespace Pipeline.Mail.Dmarc;

/// <summary>By what a message is judged.</summary>
public sealed record DmarcOptions
{
    public DmarcEvaluation Evaluation { get; init; } = DmarcEvaluation.Rfc9989;

    /// <summary>Needed for RFC 7489; not asked otherwise.</summary>
    public PublicSuffixList? PublicSuffixes { get; init; }

    /// <summary>Draws a number from 0 to 99: pct= of RFC 7489 takes the share of messages below it.</summary>
    public Func<int> Sample { get; init; } = static () => Random.Shared.Next(100);

    /// <exception cref="ArgumentException">RFC 7489 is asked for without a public suffix list.</exception>
    internal IDmarcDiscoverer CreateDiscoverer(DmarcLookups lookups) => Evaluation == DmarcEvaluation.Rfc9989
        ? new TreeWalkDiscoverer(lookups)
        : new PublicSuffixDiscoverer(lookups, PublicSuffixes ?? throw new ArgumentException("RFC 7489 needs a public suffix list"));
}

/// <summary>Judges one message by DMARC (RFC 9989; RFC 7489 where that is chosen).</summary>
/// <remarks>
/// Made when the header is complete, which settles whose record is wanted: <see cref="StartDiscovery"/> may ask for it at once. When SPF and DKIM are known,
/// <see cref="CompleteAsync"/> decides. The work is bounded: eight questions for each author and each identifier that may be aligned, one for np=.
/// </remarks>
public sealed class DmarcVerifier
{
    private readonly DmarcAuthor _author;
    private readonly DmarcOptions _options;
    private readonly DmarcLookups _lookups;
    private readonly IDmarcDiscoverer _discoverer;
    private Task<ImmutableArray<DmarcDiscovery>>? _discovery;

    /// <exception cref="ArgumentException">RFC 7489 is asked for without a public suffix list.</exception>
    public DmarcVerifier(DmarcAuthor author, DmarcOptions options, IDnsResolver resolver)
    {
        _author = author;
        _options = options;
        _lookups = new DmarcLookups(resolver, options.Evaluation);
        _discoverer = options.CreateDiscoverer(_lookups);
    }

    /// <summary>Asks for the records of the author, so that the answers come while the body does.</summary>
    public void StartDiscovery(CancellationToken cancellationToken) => _discovery ??= DiscoverAsync(cancellationToken);

    /// <param name="spf">For the reverse-path, or for the HELO name when that is null; null when SPF was not asked.</param>
    /// <param name="dkim">One for each signature, from the top.</param>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellationToken"/>, or that of <see cref="StartDiscovery"/>, says so.</exception>
    public async Task<DmarcResult> CompleteAsync(SpfResult? spf, IReadOnlyList<DkimResult> dkim, CancellationToken cancellationToken)
    {
        if (_author.Domains.IsEmpty)
        {
            return new DmarcResult(DmarcVerdict.None, _author, _author.Problem ?? "the From field names no domain");
        }

        StartDiscovery(cancellationToken);
        DmarcResult? strictest = null;
        foreach (var discovery in await _discovery!.WaitAsync(cancellationToken).ConfigureAwait(false))
        {
            var result = await JudgeAsync(discovery, spf, dkim, cancellationToken).ConfigureAwait(false);
            strictest = strictest is null || Severity(result) > Severity(strictest) ? result : strictest;
        }

        return strictest! with { Queries = _lookups.Queries };
    }

    /// <summary>Of several authors the one who asks for most counts (RFC 9989 section 11.5).</summary>
    private static int Severity(DmarcResult result) => result.Verdict switch
    {
        DmarcVerdict.Fail => 2 + (int)result.Policy,
        DmarcVerdict.TempError => 1,
        _ => 0,
    };

    private async Task<ImmutableArray<DmarcDiscovery>> DiscoverAsync(CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<DmarcDiscovery>(_author.Domains.Length);
        foreach (var domain in _author.Domains)
        {
            found.Add(await _discoverer.DiscoverAsync(domain, cancellationToken).ConfigureAwait(false));
        }

        return found.MoveToImmutable();
    }

    private async ValueTask<DmarcResult> JudgeAsync(DmarcDiscovery found, SpfResult? spf, IReadOnlyList<DkimResult> dkim, CancellationToken cancellationToken)
    {
        var result = new DmarcResult(DmarcVerdict.None, _author, found.Reason)
        {
            AuthorDomain = found.AuthorDomain,
            PolicyDomain = found.PolicyDomain,
            OrganizationalDomain = found.OrganizationalDomain,
        };
        if (found.Failure is { } failure)
        {
            return DmarcResult.TempError(_author, failure) with { AuthorDomain = found.AuthorDomain, PolicyDomain = found.AuthorDomain };
        }

        if (found.Record is not { Problem: null } record)
        {
            return found.Record is { } unusable ? result with { Reason = $"the record of {found.PolicyDomain} is unusable: {unusable.Problem}" } : result;
        }

        var alignment = new DmarcAlignmentCheck(_discoverer, found, record);
        result = result with
        {
            Record = record,
            RequestedPolicy = found.Policy,
            Policy = Soften(found.Policy, record),
            Spf = spf is null ? null : await alignment.CheckAsync(spf, cancellationToken).ConfigureAwait(false),
            Dkim = await alignment.CheckAsync(dkim, cancellationToken).ConfigureAwait(false),
        };
        return Decide(result);
    }

    private DmarcPolicy Soften(DmarcPolicy policy, DmarcRecord record) =>
        record.IsTesting || (record.Percent < 100 && _options.Sample() >= record.Percent) ? policy.Milder : policy;

    private DmarcResult Decide(DmarcResult result)
    {
        if (_author.Problem is { } problem)
        {
            return result with { Verdict = DmarcVerdict.Fail, Reason = $"{problem}: it passes for nobody ({result.Reason})" };
        }

        if ((result.IsSpfAligned ? result.Spf : result.Dkim.FirstOrDefault(signature => signature.IsAligned)) is { } aligned)
        {
            return result with { Verdict = DmarcVerdict.Pass, Reason = $"{aligned.Method} {aligned.Domain} is aligned ({result.Reason})" };
        }

        // RFC 9989 section 5.3.6: what might have passed but for DNS is no failure.
        return (result.Spf is { IsUndecided: true } ? result.Spf : result.Dkim.FirstOrDefault(signature => signature.IsUndecided)) is { } undecided
            ? result with { Verdict = DmarcVerdict.TempError, Reason = $"{undecided.Method} {undecided.Domain}: {undecided.Reason}" }
            : result with { Verdict = DmarcVerdict.Fail, Reason = $"nothing is aligned with {result.AuthorDomain} ({result.Reason})" };
    }
}
