using System.Net.Sockets;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Spf;

/// <summary>One run of check_host() with everything it includes and redirects to: the counters cover them all (RFC 7208 sections 4 to 6).</summary>
internal sealed partial class SpfEvaluation(SpfMacroContext context, SpfOptions options, IDnsResolver resolver, CancellationToken cancellationToken)
{
    private int _dnsTerms;
    private int _voidLookups;

    /// <summary>check_host() for one domain.</summary>
    /// <param name="givenRecord">A record to use instead of the published one.</param>
    public async ValueTask<SpfOutcome> CheckHostAsync(string domain, byte[]? givenRecord)
    {
        if (!IsCheckable(domain))
        {
            return new SpfOutcome(SpfVerdict.None, domain, $"{Shown(domain)} is not a domain name that can be looked up");
        }

        var text = givenRecord;
        if (text is null)
        {
            var answer = await resolver.QueryAsync(domain, DnsRecordType.Txt, cancellationToken).ConfigureAwait(false);
            if (SelectRecord(domain, answer, out text) is { } outcome)
            {
                return outcome;
            }
        }

        return SpfRecordParser.TryParse(text!, out var record, out var problem)
            ? await EvaluateAsync(domain, record).ConfigureAwait(false)
            : new SpfOutcome(SpfVerdict.PermError, domain, $"the record of {Shown(domain)} is wrong: {problem}");
    }

    /// <summary>The name %{p} stands for: the domain itself, else a name below it, else any; <c>unknown</c> when none is validated.</summary>
    public async ValueTask<string> ValidatedNameAsync(string domain)
    {
        var names = await ValidatedNamesAsync().ConfigureAwait(false);
        return names.Find(n => n.Equals(domain, StringComparison.OrdinalIgnoreCase))
            ?? names.Find(n => DnsName.IsAtOrBelow(n, domain))
            ?? (names.Count > 0 ? names[0] : "unknown");
    }

    /// <summary>RFC 7208 section 4.3: at least two labels, no label or name too long, no address literal.</summary>
    private static bool IsCheckable(string domain) =>
        DnsName.IsQueryable(domain) && DnsName.TrimFinalDot(domain).Contains('.') && domain[0] != '[';

    /// <summary>Names in reasons come from peers: cut, and without characters that could break a log line.</summary>
    private static string Shown(string name) =>
        string.Concat(name.Take(DnsName.MaxLength).Select(c => c is > ' ' and not '\u007f' ? c : '?'));

    /// <summary>Picks the one SPF record among the TXT records (RFC 7208 section 4.5), or says why there is none.</summary>
    private SpfOutcome? SelectRecord(string domain, DnsAnswer answer, out byte[]? record)
    {
        record = null;
        if (answer.IsTemporaryFailure)
        {
            return new SpfOutcome(SpfVerdict.TempError, domain, $"the record of {Shown(domain)} is not available now: {answer.Reason ?? "DNS failed"}");
        }

        foreach (var entry in answer.Records)
        {
            if (entry is not TextRecord text || !SpfRecordParser.IsSpfRecord(Prefix(text)))
            {
                continue;
            }

            if (record is not null)
            {
                return new SpfOutcome(SpfVerdict.PermError, domain, $"{Shown(domain)} has more than one SPF record");
            }

            if (text.Strings.Sum(s => (long)s.Length) > options.MaxRecordBytes)
            {
                return new SpfOutcome(SpfVerdict.PermError, domain, $"the record of {Shown(domain)} is too long");
            }

            record = Join(text);
        }

        return record is null ? new SpfOutcome(SpfVerdict.None, domain, $"{Shown(domain)} has no SPF record") : null;
    }

    /// <summary>The first octets of a record, enough to tell its version, without joining all of it.</summary>
    private static byte[] Prefix(TextRecord text)
    {
        const int Enough = 8;
        var prefix = new byte[Enough];
        var length = 0;
        foreach (var part in text.Strings)
        {
            var take = Math.Min(Enough - length, part.Length);
            part.Span[..take].CopyTo(prefix.AsSpan(length));
            length += take;
        }

        return prefix[..length];
    }

    private static byte[] Join(TextRecord text)
    {
        var joined = new byte[text.Strings.Sum(s => s.Length)];
        var length = 0;
        foreach (var part in text.Strings)
        {
            part.Span.CopyTo(joined.AsSpan(length));
            length += part.Length;
        }

        return joined;
    }

    private async ValueTask<SpfOutcome> EvaluateAsync(string domain, SpfRecord record)
    {
        foreach (var term in record.Terms)
        {
            if (term.AsksDns && ++_dnsTerms > options.MaxDnsTerms)
            {
                return TooManyTerms(domain);
            }

            var match = await MatchAsync(term, domain).ConfigureAwait(false);
            switch (match.Kind)
            {
                case MatchKind.Yes:
                    return new SpfOutcome(
                        term.Outcome, domain, $"{context.Client} matches {term.Text} of {Shown(domain)}", term.Text, record.Explanation);
                case MatchKind.TempError:
                    return new SpfOutcome(SpfVerdict.TempError, domain, $"{term.Text} of {Shown(domain)}: {match.Reason}");
                case MatchKind.PermError:
                    return new SpfOutcome(SpfVerdict.PermError, domain, $"{term.Text} of {Shown(domain)}: {match.Reason}");
            }
        }

        // redirect= is without effect beside an all anywhere, but then an all has matched already (RFC 7208 section 6.1).
        return record.Redirect is null
            ? new SpfOutcome(SpfVerdict.Neutral, domain, $"no term of {Shown(domain)} matches {context.Client}")
            : await RedirectAsync(domain, record.Redirect).ConfigureAwait(false);
    }

    private async ValueTask<SpfOutcome> RedirectAsync(string domain, SpfMacroString redirect)
    {
        if (++_dnsTerms > options.MaxDnsTerms)
        {
            return TooManyTerms(domain);
        }

        var target = await ExpandAsync(redirect, domain).ConfigureAwait(false);
        var outcome = await CheckHostAsync(target, null).ConfigureAwait(false);
        return outcome.Verdict == SpfVerdict.None
            ? outcome with { Verdict = SpfVerdict.PermError, Reason = $"redirect of {Shown(domain)}: {outcome.Reason}" }
            : outcome;
    }

    private SpfOutcome TooManyTerms(string domain) =>
        new(SpfVerdict.PermError, domain, $"more than {options.MaxDnsTerms} terms ask DNS");

    private async ValueTask<string> ExpandAsync(SpfMacroString target, string domain)
    {
        var validated = target.NeedsValidatedName ? await ValidatedNameAsync(domain).ConfigureAwait(false) : "";
        return context.ExpandDomain(target, domain, validated);
    }

    private DnsRecordType AddressType => context.Client.AddressFamily == AddressFamily.InterNetwork ? DnsRecordType.A : DnsRecordType.Aaaa;
}
