using System.Globalization;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Scanning;
using Pipeline.Actors.Verification;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Message;
using Pipeline.Mail.Scanning;
using Pipeline.Mail.Smtp;
using Pipeline.Mail.Spf;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Receipt;

/// <summary>The checks of one message: started as early as what they need is known, awaited only where the policy asks.</summary>
/// <remarks>
/// SPF starts at MAIL when an ACL of the policy can ask for it; keys of DKIM and, when an ACL can ask for them, of ARC, and DMARC records are asked when the header
/// is complete, and the checks themselves run at the end of data, as do scans. The body is hashed once for DKIM and ARC.
/// </remarks>
internal sealed class MessageChecks(ReceiptServices services, ActivePolicy active, EvaluationScope scope, IActorRef message) : IMessageVerification, IDisposable
{
    private const string DisableDkim = "dkim_disable_verify";

    private readonly CancellationTokenSource _cancel = new();
    private BodyHashSet? _bodyHashes;
    private DkimVerifier? _verifier;
    private ArcVerifier? _arcVerifier;
    private MessageScans? _scans;
    private bool _spfBegun;
    private SpfResult? _spf;
    private (string Record, SpfResult Result)? _guess;
    private int _furtherGuesses;
    private IReadOnlyList<DkimResult>? _dkim;
    private ArcResult? _arc;
    private MessageDmarc? _dmarc;

    /// <summary>The message came by SMTP and no ACL has switched verification off.</summary>
    public bool VerifiesDkim => scope.Connection.ClientAddress is not null && !scope.Message.Controls.Contains(DisableDkim);

    /// <summary>MAIL was accepted: ask for the SPF record now, when any ACL can want the result.</summary>
    public void SenderKnown()
    {
        if ((active.Policy.Checks & AclChecks.Spf) != 0)
        {
            BeginSpf();
        }
    }

    /// <summary>The header is complete: ask for the keys of its signatures while the body comes.</summary>
    /// <returns>The hashes that the body is to be fed to; null when nothing in the message is signed.</returns>
    public BodyHashSet? HeaderArrived(HeaderBlock header)
    {
        _dmarc = new MessageDmarc(services, active, scope, header);
        if (scope.Message.Controls.Contains(DisableDkim))
        {
            return null;
        }

        if ((active.Policy.Checks & AclChecks.Dmarc) != 0)
        {
            _dmarc.Start(_cancel.Token);
        }

        // The chain first: the hashes it can ask for are few, however many signatures there are.
        _bodyHashes = new BodyHashSet(DkimLimits.Default.MaxBodyHashes + ArcLimits.MaxBodyHashes);
        var hasChain = (active.Policy.Checks & AclChecks.Arc) != 0 && VerifiesDkim && BeginArc(header, _bodyHashes);
        return BeginDkim(header, _bodyHashes) || hasChain ? _bodyHashes : null;
    }

    public void BodyArrived()
    {
        _bodyHashes?.Finish();
        if (_verifier is { } verifier)
        {
            Begin(new CheckPlan(
                ActorNames.Dkim,
                async cancellationToken => Dkim(await verifier.CompleteAsync(services.Dns, cancellationToken)),
                reason => Dkim([new DkimResult(DkimVerdict.TempError, "", "", null, "", 0, reason)]),
                services.Limits.CheckDeadline));
        }

        if (_arcVerifier is { } arcVerifier)
        {
            Begin(new CheckPlan(
                ActorNames.Arc,
                async cancellationToken => Arc(await arcVerifier.CompleteAsync(services.Dns, cancellationToken)),
                reason => Arc(new ArcResult(ArcState.TempError, "not evaluated") { Detail = reason }),
                services.Limits.CheckDeadline));
        }
    }

    /// <summary>The message is complete.</summary>
    public void MessageArrived(StagedHeader header, IBodyWriter body)
    {
        if ((active.Policy.Checks & (AclChecks.Spam | AclChecks.Malware | AclChecks.Dcc | AclChecks.Brightmail)) != 0)
        {
            _scans = new MessageScans(services, active, scope, message, _cancel.Token);
            _scans.Arrived(header, body);
        }
    }

    /// <summary>The client is about to hear what became of the message.</summary>
    public ValueTask EndedAsync(SmtpReply reply, CancellationToken cancellationToken) =>
        _dmarc?.EndedAsync(DmarcFailure.DeliveryOf(reply), cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>The policy has accepted the message.</summary>
    public void Accepted() => _scans?.GiveUpUnasked();

    public ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken cancellationToken) =>
        _scans?.AskAsync(request, cancellationToken) ?? new(new ScanOutcome.Failed("the message cannot be scanned here"));

    /// <summary>Asked in the MAIL ACL, this begins the check; later it is on its way.</summary>
    public async ValueTask<SpfResult> SpfAsync(CancellationToken cancellationToken)
    {
        BeginSpf();
        return _spf ??= _spfBegun
            ? (SpfResult)(await AwaitAsync(ActorNames.Spf, cancellationToken)).Value
            : new SpfResult(SpfVerdict.None, "", "mailfrom", null, null, "there is no client to check");
    }

    public async ValueTask<SpfResult> GuessSpfAsync(string record, CancellationToken cancellationToken)
    {
        if (SpfRequestOf() is not { } request)
        {
            return await SpfAsync(cancellationToken);
        }

        if (_guess is not { } guess || guess.Record != record)
        {
            var check = _guess is null ? ActorNames.SpfGuess : string.Create(CultureInfo.InvariantCulture, $"{ActorNames.SpfGuess}-{++_furtherGuesses + 1}");
            Begin(PlanSpf(check, request with { Record = record }));
            _guess = guess = (record, (SpfResult)(await AwaitAsync(check, cancellationToken)).Value);
        }

        return guess.Result;
    }

    public async ValueTask<IReadOnlyList<DkimResult>> DkimAsync(CancellationToken cancellationToken) => _dkim ??= _verifier is null
        ? []
        : (IReadOnlyList<DkimResult>)(await AwaitAsync(ActorNames.Dkim, cancellationToken)).Value;

    public async ValueTask<ArcResult?> ArcAsync(CancellationToken cancellationToken)
    {
        if (!VerifiesDkim)
        {
            return null;
        }

        return _arc ??= _arcVerifier is null ? null : (ArcResult)(await AwaitAsync(ActorNames.Arc, cancellationToken)).Value;
    }

    public ValueTask<DmarcOutcome> DmarcAsync(CancellationToken cancellationToken) => _dmarc is null
        ? new(new DmarcOutcome.Skipped("the header has not arrived", ""))
        : _dmarc.AskAsync(this, _cancel.Token, cancellationToken);

    public void Dispose()
    {
        _cancel.Cancel();
        _cancel.Dispose();
        _verifier?.Dispose();
        _arcVerifier?.Dispose();
        _bodyHashes?.Dispose();
    }

    private static CheckResult Spf(SpfResult result) => new(result.Word, result.Reason, result);

    private static CheckResult Dkim(IReadOnlyList<DkimResult> results) => new(
        results.Any(result => result.Verdict == DkimVerdict.Pass) ? "pass" : results[0].Word,
        string.Join("; ", results.Select(result => $"{result.Word} d={result.Domain} s={result.Selector}: {result.Reason}")),
        results,
        results.FirstOrDefault(result => result.Verdict == DkimVerdict.Pass)?.Domain);

    private static CheckResult Arc(ArcResult result) => new(
        result.Word,
        $"{result.Instances} set{(result.Instances == 1 ? "" : "s")}, oldest pass {result.OldestPass}"
        + (result.Reason.Length > 0 ? $": {result.Reason}" : "") + (result.Detail.Length > 0 ? $" ({result.Detail})" : ""),
        result);

    /// <returns>False when the message is not signed.</returns>
    private bool BeginDkim(HeaderBlock header, BodyHashSet bodyHashes)
    {
        var verifier = new DkimVerifier(header, services.Time, services.DkimKeys, active.Policy.MainOptions.DkimLimits, bodyHashes: bodyHashes);
        if (verifier.SignatureCount == 0)
        {
            verifier.Dispose();
            _dkim = [];
            Settle(ActorNames.Dkim, "none", "the message is not signed");
            return false;
        }

        verifier.StartLookups(services.Dns, _cancel.Token);
        _verifier = verifier;
        return true;
    }

    /// <returns>False when the message has no chain, or one whose result is settled by its structure.</returns>
    private bool BeginArc(HeaderBlock header, BodyHashSet bodyHashes)
    {
        var verifier = new ArcVerifier(header, services.Time, services.DkimKeys, bodyHashes: bodyHashes);
        if (verifier.Settled is { } settled)
        {
            verifier.Dispose();
            _arc = settled;
            var result = Arc(settled);
            Settle(ActorNames.Arc, result.Word, settled.State == ArcState.None ? "the message has no ARC sets" : result.Detail);
            return false;
        }

        verifier.StartLookups(services.Dns, _cancel.Token);
        _arcVerifier = verifier;
        return true;
    }

    private void Settle(string check, string word, string detail) =>
        message.Tell(new MessageProtocol.Happened(services.Time.GetUtcNow(), new CheckCompleted(check, word, detail, 0)));

    private void BeginSpf()
    {
        if (!_spfBegun && SpfRequestOf() is { } request)
        {
            _spfBegun = true;
            Begin(PlanSpf(ActorNames.Spf, request));
        }
    }

    /// <summary>Null when there is no client to check.</summary>
    private SpfRequest? SpfRequestOf() => scope.Connection.ClientAddress is not { } client ? null : new SpfRequest
    {
        Client = client,
        Helo = OctetString.ToText(scope.Connection.HeloName),
        Sender = scope.Message.Sender.ToString(),
        Receiver = active.Environment.PrimaryHostname,
    };

    private CheckPlan PlanSpf(string check, SpfRequest request) => new(
        check,
        async cancellationToken =>
        {
            var explained = request with { Explanation = await SpfExplanationAsync(cancellationToken) };
            return Spf(await new SpfChecker(services.Time).CheckAsync(explained, services.Dns, cancellationToken));
        },
        reason => Spf(new SpfResult(SpfVerdict.TempError, scope.Message.Sender.Domain, "mailfrom", null, null, reason)),
        services.Limits.CheckDeadline);

    /// <summary>spf_smtp_comment_template; null where it is not set, or cannot be expanded.</summary>
    private async ValueTask<string?> SpfExplanationAsync(CancellationToken cancellationToken)
    {
        if (active.Policy.MainOptions.SpfSmtpCommentTemplate is not { } template)
        {
            return null;
        }

        var text = await template.ExpandAsync(
            new EvaluationScope { Environment = active.Environment, Connection = scope.Connection, Message = new MessageScope() }, cancellationToken);
        return text.IsSuccess ? text.Value : null;
    }

    public void Begin(CheckPlan plan) => message.Tell(new MessageProtocol.BeginCheck(plan));

    public Task<CheckResult> AwaitAsync(string check, CancellationToken cancellationToken) =>
        message.Ask<CheckResult>(new MessageProtocol.AwaitCheck(check), services.Limits.CheckDeadline + services.Limits.OpenDeadline, cancellationToken);
}
