using Pipeline.Actors.Verification;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Message;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>DMARC of one message: the author's record is asked for as soon as the header has arrived, and the check is made when the policy asks.</summary>
/// <param name="header">As it came.</param>
internal sealed class MessageDmarc(ReceiptServices services, ActivePolicy active, EvaluationScope scope, HeaderBlock header)
{
    private DmarcAuthor? _author;
    private Task<DmarcVerifier?>? _verifier;
    private DmarcOutcome? _outcome;
    private DmarcOptions _options = new();
    private JudgedMessage? _judged;

    /// <summary>Whose message it says it is; read when DMARC is asked.</summary>
    private DmarcAuthor Author => _author ??= DmarcAuthor.Of(header);

    /// <summary>Asks for the records of the author while the body comes.</summary>
    /// <param name="untilEnd">Ends with the message.</param>
    public void Start(CancellationToken untilEnd)
    {
        if (Refusal() is null)
        {
            _verifier ??= PrepareAsync(untilEnd);
        }
    }

    /// <summary>Waits for SPF and DKIM and judges; asked again, the same answer.</summary>
    public async ValueTask<DmarcOutcome> AskAsync(MessageChecks checks, CancellationToken untilEnd, CancellationToken cancellationToken) =>
        _outcome ??= Refusal() ?? await JudgeAsync(checks, untilEnd, cancellationToken);

    /// <summary>The message has ended: whoever wants to hear of its failure does.</summary>
    public ValueTask EndedAsync(ReportedDelivery delivery, CancellationToken cancellationToken) =>
        _judged is null ? ValueTask.CompletedTask : DmarcFailure.ReportAsync(services, active, scope, header, _judged, delivery, cancellationToken);

    /// <summary>Why DMARC is not asked about this message; null when it is.</summary>
    private DmarcOutcome? Refusal() =>
        DmarcAcl.IsDisabled(scope.Message) ? new DmarcOutcome.Off()
        : scope.Connection.ClientAddress is null ? Skip("the message is of a local program")
        : scope.Connection.AuthenticatorName.Length > 0 ? Skip("the client is authenticated")
        : null;

    private DmarcOutcome.Skipped Skip(string reason) => new(reason, Author.Domain);

    private async ValueTask<DmarcOutcome> JudgeAsync(MessageChecks checks, CancellationToken untilEnd, CancellationToken cancellationToken)
    {
        var spf = await checks.SpfAsync(cancellationToken);
        var dkim = await checks.DkimAsync(cancellationToken);
        if (await (_verifier ??= PrepareAsync(untilEnd)).WaitAsync(cancellationToken) is not { } verifier)
        {
            return Skip("there is no public suffix list");
        }

        checks.Begin(new CheckPlan(
            ActorNames.Dmarc,
            async token => Result(await verifier.CompleteAsync(spf, dkim, token)),
            reason => Result(DmarcResult.TempError(Author, reason)),
            services.Limits.CheckDeadline));
        var ended = await checks.AwaitAsync(ActorNames.Dmarc, cancellationToken);
        var result = (DmarcResult)ended.Value;
        _judged = new JudgedMessage(result, spf, dkim, _options);
        await DmarcHistory.WriteAsync(services, scope, result, spf, dkim, cancellationToken);
        return new DmarcOutcome.Judged(result);
    }

    private static CheckResult Result(DmarcResult result) => new(
        result.Word, result.AuthorDomain.Length == 0 ? result.Reason : $"{result.AuthorDomain}: {result.Reason}, policy {result.Policy.Word}", result);

    /// <returns>Null when the document that the policy goes by needs a list that is not there, which the panic log hears.</returns>
    private async Task<DmarcVerifier?> PrepareAsync(CancellationToken untilEnd)
    {
        var options = new DmarcOptions { Evaluation = active.Policy.MainOptions.DmarcEvaluation };
        if (options.Evaluation == DmarcEvaluation.Rfc7489)
        {
            var (list, problem) = await PublicSuffixFile.ReadAsync(scope, untilEnd);
            if (list is null)
            {
                if (problem is not null)
                {
                    services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{scope.Message.Id} DMARC is not evaluated: {problem}");
                }

                return null;
            }

            options = options with { PublicSuffixes = list };
        }

        _options = options;
        var verifier = new DmarcVerifier(Author, options, services.Dns);
        verifier.StartDiscovery(untilEnd);
        return verifier;
    }
}
