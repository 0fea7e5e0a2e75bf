using Pipeline.Actors.Messages;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>One transaction, from MAIL to the durable commit or the refusal.</summary>
/// <remarks>Ends in exactly one of: committed, refused (<see cref="RefuseAsync"/>), aborted (<see cref="AbortAsync"/>); its message actor hears of it.</remarks>
internal sealed partial class ReceiptTransaction : IDisposable
{
    /// <summary>The reply where the policy can say nothing now.</summary>
    private static readonly SmtpReply Undecided = new(451, new EnhancedStatusCode(4, 3, 0), "Temporary local problem - please try later");

    private readonly ReceiptServices _services;
    private readonly ActivePolicy _active;
    private readonly MailParameters _mail;
    private readonly IActorRef _message;
    private readonly EvaluationScope _scope;
    private readonly MessageChecks _checks;
    private readonly ImmutableArray<EnvelopeRecipient>.Builder _recipients = ImmutableArray.CreateBuilder<EnvelopeRecipient>();
    private readonly MessageId _id;
    private MessageReception? _reception;
    private readonly ContentPoints _points;
    private readonly long _maxSize;
    private readonly Queueing _queueing;
    private bool _discarded;

    private ReceiptTransaction(
        ReceiptServices services, ActivePolicy active, ConnectionScope connection, MessageId id, IActorRef message, MailParameters mail, ContentPoints points, long maxSize, Queueing queueing)
    {
        _services = services;
        _active = active;
        _mail = mail;
        _id = id;
        _message = message;
        _points = points;
        _maxSize = maxSize;
        _queueing = queueing;
        _scope = new EvaluationScope
        {
            Environment = active.Environment,
            Connection = connection,
            Message = new MessageScope
            {
                Id = id.ToString(),
                Sender = mail.Sender,
                Size = mail.Size ?? -1,
                SmtpUtf8 = mail.SmtpUtf8,
                RequiresTls = mail.RequireTls,
                ReceivedAt = services.Time.GetUtcNow(),
                Callouts = services.Callouts,
            },
        };
        _checks = new MessageChecks(services, active, _scope, message);
        _scope.Message.Verification = _checks;
    }

    public EvaluationScope Scope => _scope;

    /// <summary>Its client has sent commands without waiting for replies; null where it may not, and without a client.</summary>
    public bool? Pipelined { get; set; }

    /// <summary>Its session began with commands before the banner; null where that was not offered, and without a client.</summary>
    public bool? BeganEarly { get; set; }

    public SmtpReply? DataRefusal => _reception?.Refusal;

    public static async ValueTask<ReceiptTransaction> OpenAsync(
        ReceiptServices services, ActivePolicy active, ConnectionScope connection, MailParameters mail, ContentPoints points, long maxSize, Queueing queueing, CancellationToken cancellationToken)
    {
        var id = services.Ids.Next();
        var opened = await services.Messages.Ask<MessageProtocol.TransactionOpened>(
            new MessageProtocol.OpenTransaction(id), services.Limits.OpenDeadline, cancellationToken);
        var transaction = new ReceiptTransaction(services, active, connection, id, opened.Message, mail, points, maxSize, queueing);
        transaction.Record(new TransactionStarted(ClientFactsOf.Connection(connection), mail.Sender.ToString(), mail.Size, (int)active.Policy.Number));
        return transaction;
    }

    public void Record(JournalEvent what) => _message.Tell(new MessageProtocol.Happened(_services.Time.GetUtcNow(), what));

    public async ValueTask<ReceiptDecision> MailAsync(CancellationToken cancellationToken)
    {
        if (await TakeAuthenticatedSenderAsync(cancellationToken) is { } undecided)
        {
            return undecided;
        }

        var outcome = await RunAsync(AclPoint.Mail, null, cancellationToken);
        if (!outcome.IsAccepted)
        {
            return Refused(outcome);
        }

        _discarded = outcome.Verdict == AclVerdict.Discard;
        _checks.SenderKnown();
        return new ReceiptDecision(AcceptedMail(outcome.Reply ?? new SmtpReply(250, "OK")));
    }

    public async ValueTask<ReceiptDecision> RecipientAsync(RecipientParameters recipient, CancellationToken cancellationToken)
    {
        var message = _scope.Message;
        var text = recipient.Address.ToString();
        message.RcptCommandCount++;
        if (await PercentHack.ApplyAsync(_scope, recipient.Address, cancellationToken) is not { } meant)
        {
            message.RcptDeferCount++;
            Record(new RecipientRefused(text, Undecided.ToString()));
            return new ReceiptDecision(Undecided);
        }

        _scope.Address = ReceiptSession.AddressScopeOf(meant);
        try
        {
            var outcome = _discarded
                ? null
                : await RunAsync(AclPoint.Rcpt, text, cancellationToken);
            if (outcome is { IsAccepted: false })
            {
                _ = outcome.Verdict is AclVerdict.Deny or AclVerdict.Drop ? message.RcptFailCount++ : message.RcptDeferCount++;
                Record(new RecipientRefused(text, outcome.Reply!.ToString()));
                LogRefusal(outcome, $"rejected RCPT <{text}>");
                return new ReceiptDecision(outcome.Reply, outcome.CloseConnection);
            }

            if (outcome is null or { Verdict: AclVerdict.Discard })
            {
                LogDiscard(text, outcome);
            }
            else
            {
                Add(recipient);
            }

            return new ReceiptDecision(outcome?.Reply ?? new SmtpReply(250, "Accepted"));
        }
        finally
        {
            _scope.Address = null;
        }
    }

    public async ValueTask<ReceiptDecision> BeginDataAsync(bool chunking, CancellationToken cancellationToken)
    {
        var proceed = new SmtpReply(354, "Enter message, ending with \".\" on a line by itself");
        if (!chunking)
        {
            var outcome = await RunAsync(AclPoint.Predata, null, cancellationToken);
            if (!outcome.IsAccepted)
            {
                LogRefusal(outcome, "rejected DATA");
                return new ReceiptDecision(outcome.Reply!, outcome.CloseConnection);
            }

            _discarded |= outcome.Verdict == AclVerdict.Discard;
            proceed = outcome.Reply ?? proceed;
        }

        BeginReception();
        return new ReceiptDecision(proceed);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) =>
        _fromLine is null ? _reception!.WriteAsync(octets, cancellationToken) : WriteBehindFromLineAsync(octets, cancellationToken);

    /// <summary>The transaction ends with a refusal of the message.</summary>
    public ValueTask RefuseAsync(string stage, SmtpReply reply) => EndAsync(new MessageRefused(stage, reply.ToString(), reply.Text));

    /// <summary>The transaction ends without a message.</summary>
    public ValueTask AbortAsync(string reason) => EndAsync(new TransactionAborted(reason));

    public void Dispose() => _checks.Dispose();

    private void Add(RecipientParameters recipient)
    {
        var index = _recipients.Count;
        _recipients.Add(new EnvelopeRecipient(index, recipient.Address, recipient.Notify, recipient.OriginalRecipient));
        _scope.Message.Recipients.Add(recipient.Address);
        if (_scope.Address?.OptIn is { } features)
        {
            _scope.Message.OptIns[OctetString.FromText(recipient.Address.ToString())] = features;
        }

        Record(new RecipientAccepted(index, recipient.Address.ToString(), recipient.Notify, recipient.OriginalRecipient));
    }

    private void BeginReception() => _reception = new MessageReception(
        _services.Store.CreateBody(_id), _maxSize, _services.Limits.VisibleBodyBytes, _checks.HeaderArrived)
    {
        MaxReceivedFields = _active.Policy.MainOptions.ReceivedHeadersMax,
        HeaderLimits = HeaderLimitsOf(_active.Policy.MainOptions),
    };

    /// <summary>What the options allow, within what every reader of headers in this program takes.</summary>
    private static HeaderLimits HeaderLimitsOf(MainOptions options) => new()
    {
        MaxBlockBytes = Lesser(options.HeaderMaxSize, HeaderLimits.Default.MaxBlockBytes),
        MaxFieldBytes = Lesser(options.HeaderLineMaxSize, HeaderLimits.Default.MaxFieldBytes),
    };

    private static int Lesser(long option, int bound) => option > 0 && option < bound ? (int)option : bound;

    private async ValueTask EndAsync(JournalEvent last)
    {
        if (_reception?.HeaderExcess(_points.AreLocal ? "local" : LogText.Host(_scope.Connection)["H=".Length..]) is { } excess)
        {
            _services.Log.Write(PolicyLogTarget.Main, $"{_id} {excess}");
        }

        _message.Tell(new MessageProtocol.Abandon(_services.Time.GetUtcNow(), last));
        Dispose();
        if (_reception is { } reception)
        {
            await reception.DisposeAsync();
        }
    }

    private ReceiptDecision Refused(AclOutcome outcome)
    {
        LogRefusal(outcome, "rejected MAIL");
        return new ReceiptDecision(outcome.Reply!, outcome.CloseConnection);
    }

    private async ValueTask<AclOutcome> RunAsync(AclPoint point, string? recipient, CancellationToken cancellationToken, string? signer = null)
    {
        var outcome = await _active.Policy.RunAclAsync(point, _scope, cancellationToken);
        if (_active.Policy.HasAcl(point) || !outcome.IsAccepted)
        {
            Record(AclEvents.Decided(outcome, recipient, signer));
        }

        return outcome;
    }

    /// <param name="outcome">Of the RCPT ACL; null when the MAIL ACL has decided about all recipients.</param>
    private void LogDiscard(string recipient, AclOutcome? outcome)
    {
        var why = outcome is null ? null : outcome.LogMessage ?? outcome.UserMessage;
        _services.Log.Write(
            PolicyLogTarget.Main,
            $"{FromWhom()} RCPT <{recipient}>: discarded by {AclPointTraits.Of(outcome?.Point ?? AclPoint.Mail).Name} ACL{(why is null ? "" : $": {why}")}");
    }

    /// <param name="sizes">How large it is and how large it may be.</param>
    public void LogTooBig(string sizes) => _services.Log.Write(
        _active.Policy.MainOptions.LogSelector.Choose("size_reject", PolicyLogTarget.Main | PolicyLogTarget.Reject),
        $"{_id} rejected from <{_scope.Message.Sender}>{(_points.AreLocal ? "" : $" {LogText.Host(_scope.Connection)}")}: message too big: {sizes}",
        Content(_reception?.Header.Bytes ?? default));

    private RejectedContent Content(ReadOnlyMemory<byte> header) =>
        new(_scope.Message.Sender.ToString(), [.. _recipients.Select(static recipient => recipient.Address.ToString())], header);

    private void LogRefusal(AclOutcome outcome, string what) => _services.Log.Write(outcome.RejectLogTarget, RefusalLine(outcome, what));

    private string RefusalLine(AclOutcome outcome, string what) =>
        $"{FromWhom()} {(outcome.Reply!.IsTransient ? "temporarily " : "")}{what}: {outcome.LogMessage ?? outcome.UserMessage}";

    /// <summary>Client and sender as log lines about a refusal begin; a message without a client has a sender alone.</summary>
    private string FromWhom() => _points.AreLocal ? $"F=<{_scope.Message.Sender}>" : $"{LogText.Host(_scope.Connection)} F=<{_scope.Message.Sender}>";
}
