using System.Net;
using System.Text;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Spf;

/// <summary>Sender Policy Framework (RFC 7208): may this client use this sender?</summary>
public sealed class SpfChecker(TimeProvider time, SpfOptions? options = null)
{
    private readonly SpfOptions _options = options ?? SpfOptions.Default;

    /// <summary>Evaluates the policy of the sender's domain, or of the HELO name for the null sender.</summary>
    /// <returns>Always a result: failures of DNS, and running out of time, are temperror.</returns>
    /// <exception cref="OperationCanceledException">Only when <paramref name="cancellationToken"/> says so.</exception>
    public async ValueTask<SpfResult> CheckAsync(SpfRequest request, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var client = SpfAddress.Normalise(request.Client);
        var (identity, localPart, domain) = Identify(request);
        var context = new SpfMacroContext(client, localPart, domain, request.Helo, request.Receiver, time.GetUtcNow());
        if (_options.LoopbackPasses && IPAddress.IsLoopback(client))
        {
            return Describe(new SpfOutcome(SpfVerdict.Pass, domain, "local clients always pass"), identity, request, domain);
        }

        using var deadline = new CancellationTokenSource(_options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            var evaluation = new SpfEvaluation(context, _options, resolver, either.Token);
            var record = request.Record is null ? null : Encoding.Latin1.GetBytes(request.Record);
            if (record is not null && !SpfRecordParser.IsSpfRecord(record))
            {
                return Describe(new SpfOutcome(SpfVerdict.PermError, domain, "the record given is no SPF record"), identity, request, domain);
            }

            var outcome = await evaluation.CheckHostAsync(domain, record).ConfigureAwait(false);
            var result = Describe(outcome, identity, request, domain);
            return outcome.Verdict == SpfVerdict.Fail
                ? await ExplainAsync(result, outcome, request, evaluation, context, resolver, either.Token).ConfigureAwait(false)
                : result;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Describe(
                new SpfOutcome(SpfVerdict.TempError, domain, $"not decided within {_options.Timeout.TotalSeconds:0} s"), identity, request, domain);
        }
    }

    /// <summary>The identity to check. A sender without a local part is postmaster's (RFC 7208 section 4.3).</summary>
    private static (string Identity, string LocalPart, string Domain) Identify(SpfRequest request)
    {
        var isHelo = request.Sender.Length == 0;
        var at = request.Sender.LastIndexOf('@');
        var domain = isHelo ? request.Helo : request.Sender[(at + 1)..];
        var localPart = at > 0 ? request.Sender[..at] : "postmaster";
        domain = DnsName.TryToAscii(DnsName.TrimFinalDot(domain).ToString(), out var ascii) ? ascii : "";
        return (isHelo ? "helo" : "mailfrom", localPart, domain);
    }

    private static SpfResult Describe(SpfOutcome outcome, string identity, SpfRequest request, string domain) =>
        new(outcome.Verdict, outcome.Domain, identity, outcome.Term, null, outcome.Reason)
        {
            CheckedDomain = domain,
            IsGuess = request.Record is not null,
        };

    /// <summary>Fetches and expands exp=. Whatever goes wrong there, the result stays fail, with our own text (RFC 7208 section 6.2).</summary>
    private async ValueTask<SpfResult> ExplainAsync(
        SpfResult result, SpfOutcome outcome, SpfRequest request, SpfEvaluation evaluation, SpfMacroContext context, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        string? published = null;
        string? own = null;
        try
        {
            published = outcome.Explanation is null
                ? null
                : await FetchExplanationAsync(outcome.Explanation, outcome.Domain, evaluation, context, resolver, cancellationToken).ConfigureAwait(false);
            own = published is null && request.Explanation is { } template
                ? await ExpandExplanationAsync(Encoding.UTF8.GetBytes(template), outcome.Domain, evaluation, context).ConfigureAwait(false)
                : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The result is known; an explanation that takes too long is left out. The caller's own cancellation shows at its next await.
        }

        return result with
        {
            Explanation = published ?? own ?? $"{context.Client} is not permitted to send mail for {result.CheckedDomain}",
            IsExplanationPublished = published is not null,
        };
    }

    private async ValueTask<string?> FetchExplanationAsync(
        SpfMacroString spec, string domain, SpfEvaluation evaluation, SpfMacroContext context, IDnsResolver resolver, CancellationToken cancellationToken)
    {
        var name = context.ExpandDomain(spec, domain, await NameForAsync(spec, domain, evaluation).ConfigureAwait(false));
        if (!DnsName.IsQueryable(name))
        {
            return null;
        }

        var answer = await resolver.QueryAsync(name, DnsRecordType.Txt, cancellationToken).ConfigureAwait(false);
        return answer.Records is [TextRecord record]
            ? await ExpandExplanationAsync(Encoding.Latin1.GetBytes(record.Text), domain, evaluation, context).ConfigureAwait(false)
            : null;
    }

    /// <returns>Null for a text that is no macro string.</returns>
    private async ValueTask<string?> ExpandExplanationAsync(byte[] explanation, string domain, SpfEvaluation evaluation, SpfMacroContext context)
    {
        if (!SpfMacroParser.TryParse(explanation, allowExplanationMacros: true, out var macro))
        {
            return null;
        }

        var validated = await NameForAsync(macro, domain, evaluation).ConfigureAwait(false);
        var text = context.Expand(macro, domain, validated, _options.MaxExplanationLength);
        return Sanitise(text.Length > _options.MaxExplanationLength ? text[.._options.MaxExplanationLength] : text);
    }

    private static async ValueTask<string> NameForAsync(SpfMacroString macro, string domain, SpfEvaluation evaluation) =>
        macro.NeedsValidatedName ? await evaluation.ValidatedNameAsync(domain).ConfigureAwait(false) : "";

    /// <summary>The text goes into SMTP replies and headers: macros may bring in characters of the peer that the grammar would refuse.</summary>
    private static string Sanitise(string text) =>
        string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
}
