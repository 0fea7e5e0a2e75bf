using System.Diagnostics.CodeAnalysis;
using System.Net;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Actors.Receipt;

/// <summary>One client's conversation, under the policy it began with.</summary>
/// <remarks>
/// Not an actor: it runs in the flow of the connection, one call at a time. From MAIL to the end of the message it works through a
/// <see cref="ReceiptTransaction"/>, whose message actor keeps the journal.
/// </remarks>
internal sealed partial class ReceiptSession : IReceiptSession
{
    private readonly ReceiptServices _services;
    private readonly ActivePolicy _active;
    private readonly ClientConnection _client;
    private ConnectionScope _connection;
    private readonly Queueing _queueing;
    private bool _extended;
    private ReceiptTransaction? _transaction;
    private string? _notQuit;
    private ImmutableArray<RewriteStep> _pathSteps = [];

    public ReceiptSession(ReceiptServices services, ActivePolicy active, ClientConnection client)
    {
        _services = services;
        _active = active;
        _client = client;
        _queueing = new Queueing(services, active.Policy.MainOptions, client.Delivery);
        _connection = new ConnectionScope
        {
            Id = ConnectionIds.Next(),
            ClientAddress = Plain(client.Client?.Address),
            ClientPort = client.Client?.Port ?? 0,
            LocalAddress = Plain(client.Local?.Address),
            LocalPort = client.Local?.Port ?? 0,
            Proxy = client.Proxy is { } proxy ? new ProxyFacts(Plain(proxy.Address), Plain(proxy.External)) : null,
        };
        Capabilities = new SmtpCapabilities(HostName, 0);
        SetProtocol();
    }

    public SmtpCapabilities Capabilities { get; private set; }

    public bool? Pipelined { get; set; }

    public bool? BeganEarly { get; set; }

    public SmtpReply? DataRefusal => _transaction?.DataRefusal;

    private MainOptions Options => _active.Policy.MainOptions;

    private bool IsLocal => _connection.ClientAddress is null;

    private string HostName => _active.Environment.PrimaryHostname;

    public async ValueTask<ReceiptDecision> ConnectAsync(CancellationToken cancellationToken)
    {
        _notQuit = NotQuitReason.ConnectionLost;
        _began = _services.Time.GetTimestamp();
        if (_client.Program is { } program && await IdentifyAsync(program, cancellationToken) is { } unknown)
        {
            _notQuit = null;
            return unknown;
        }

        var scope = ConnectionOnlyScope();
        _isConnectionLogged = !await CapabilityOffer.MatchesAsync(Options.HostsConnectionNolog, scope, cancellationToken);
        LogConnection($"SMTP connection from {Peer}{ConnectionId}");
        await DecideRulesAsync(scope, cancellationToken);
        if (await CapabilityOffer.MatchesAsync(Options.HostRejectConnection, scope, cancellationToken))
        {
            Log("connection_reject", $"refused connection from {Peer} (host_reject_connection)", PolicyLogTarget.Main | PolicyLogTarget.Reject);
            _notQuit = null;
            return new ReceiptDecision(NotAvailable, Close: true);
        }

        await AskIdentAsync(scope, cancellationToken);
        if (await ReserveAsync(scope, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var outcome = await RunAsync(AclPoint.Connect, scope, cancellationToken);
        if (!outcome.IsAccepted)
        {
            RecordRefusedConnection("connect", outcome);
            return Answer(new ReceiptDecision(outcome.Reply!, Close: true));
        }

        return new ReceiptDecision(outcome.Reply ?? new SmtpReply(220, await BannerAsync(scope, cancellationToken)));
    }

    public async ValueTask<ReceiptDecision> HeloAsync(bool extended, string name, CancellationToken cancellationToken)
    {
        Command(extended ? "EHLO" : "HELO", name);
        if (!HelloSyntax.IsName(name, Options.HeloAllowChars) && !await CapabilityOffer.MatchesAsync(Options.HeloAcceptJunkHosts, ConnectionOnlyScope(), cancellationToken))
        {
            return RefuseHello(extended ? "EHLO" : "HELO", name);
        }

        // A name that is refused is not the client's; a transaction that is open remains so (RFC 5321 section 4.1.4).
        var before = _connection.HeloName;
        _connection.HeloName = OctetString.FromText(name);
        var scope = ConnectionOnlyScope();
        if (await RefusesFalseNameAsync(extended ? "EHLO" : "HELO", name, scope, cancellationToken) is { } mismatch)
        {
            _connection.HeloName = before;
            return mismatch;
        }

        var outcome = await RunAsync(AclPoint.Helo, scope, cancellationToken);
        if (!outcome.IsAccepted)
        {
            RecordRefusedConnection(extended ? "EHLO" : "HELO", outcome);
            _connection.HeloName = before;
            return Answer(new ReceiptDecision(outcome.Reply!, outcome.CloseConnection));
        }

        await EndTransactionAsync(extended ? "EHLO" : "HELO");
        _extended = extended;
        SetProtocol();
        Capabilities = await CapabilityOffer.MakeAsync(Options, scope, HostName, cancellationToken) with
        {
            Verifies = _active.Policy.HasAcl(AclPoint.Vrfy),
            Expands = _active.Policy.HasAcl(AclPoint.Expn),
        };
        await OfferAuthenticatorsAsync(scope, cancellationToken);
        var greeting = outcome.UserMessage ?? $"{HostName} Hello {(IsLocal && _connection.Ident.Length > 0 ? $"{OctetString.ToText(_connection.Ident)} at " : "")}{name}{(_connection.ClientAddress is { } address ? $" [{address}]" : "")}";
        return new ReceiptDecision(new SmtpReply(250, greeting));
    }

    public bool RewritesPaths => _active.Policy.Rewriting.Concern(RewritePlaces.Smtp);

    public async ValueTask<byte[]> RewritePathAsync(bool isSender, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        var scope = !isSender && _transaction is { } transaction ? transaction.Scope : ConnectionOnlyScope();
        var rewritten = await EnvelopeRewriting.RewritePathAsync(
            scope, OctetString.FromBytes(path.Span), isSender ? RewritePlaces.SmtpSender : RewritePlaces.SmtpRecipient, cancellationToken);
        _pathSteps = rewritten.Steps;
        return OctetString.ToBytes(rewritten.Path);
    }

    public async ValueTask<ReceiptDecision> MailAsync(MailParameters mail, CancellationToken cancellationToken)
    {
        if (mail.Sender is { Domain.Length: 0, LocalPart.Length: > 0 })
        {
            mail = mail with { Sender = mail.Sender with { Domain = _active.Environment.QualifyDomain } };
        }

        Command("MAIL", $"FROM:<{mail.Sender}>");
        _recipientDelay.Restart();
        await WaitAsync(_mailDelay, cancellationToken);
        mail = await WithOwnSenderAsync(mail, cancellationToken);
        await EndTransactionAsync("MAIL");
        SetProtocol(mail.RequireTls);
        if (SpaceCheck.Shortage(_active.Environment, Options.SmtpCheckSpoolSpace ? mail.Size ?? 0 : 0) is { } shortage)
        {
            _services.Log.Write(PolicyLogTarget.Main, shortage);
            return new ReceiptDecision(SpaceCheck.Refusal);
        }

        var transaction = await ReceiptTransaction.OpenAsync(
            _services, _active, _connection, mail, ContentPoints.Smtp, Capabilities.MaxMessageSize, _queueing, cancellationToken);
        transaction.Qualification = new HeaderQualification(
            IsLocal || _rules.TakesUnqualifiedSenders ? _active.Environment.QualifyDomain : null,
            IsLocal || _rules.TakesUnqualifiedRecipients ? _active.Environment.QualifyRecipient : null);
        _transaction = transaction;
        await ShowProgramAsync(transaction, cancellationToken);
        RecordPath(transaction);
        var decision = await transaction.MailAsync(cancellationToken);
        if (!decision.Reply.IsPositive)
        {
            _transaction = null;
            await transaction.RefuseAsync("MAIL", decision.Reply);
        }

        return Answer(decision);
    }

    public async ValueTask<ReceiptDecision> RecipientAsync(RecipientParameters recipient, CancellationToken cancellationToken)
    {
        if (recipient.Address.Domain.Length == 0)
        {
            recipient = recipient with { Address = recipient.Address with { Domain = _active.Environment.QualifyRecipient } };
        }

        Command("RCPT", $"TO:<{recipient.Address}>");
        await WaitAsync(_recipientDelay, cancellationToken);
        RecordPath(Transaction);
        return Answer(await Transaction.RecipientAsync(recipient, cancellationToken));
    }

    public async ValueTask<ReceiptDecision> BeginDataAsync(bool chunking, CancellationToken cancellationToken)
    {
        Command(chunking ? "BDAT" : "DATA");
        return Answer(await Transaction.BeginDataAsync(chunking, cancellationToken));
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken) => Transaction.WriteAsync(octets, cancellationToken);

    public async ValueTask<ReceiptDecision> EndDataAsync(CancellationToken cancellationToken)
    {
        var transaction = Transaction;
        _transaction = null;
        transaction.Pipelined = Pipelined;
        transaction.BeganEarly = BeganEarly;
        return Answer(await transaction.EndDataAsync(cancellationToken));
    }

    public ValueTask ResetAsync(string reason, CancellationToken cancellationToken) => EndTransactionAsync(reason);

    public async ValueTask<ReceiptDecision> QuitAsync(CancellationToken cancellationToken)
    {
        Command("QUIT");
        _notQuit = null;
        await EndTransactionAsync("QUIT");
        LogConnection($"SMTP connection from {Peer}{ConnectionId} closed by QUIT");
        LogWithoutMail();
        var outcome = await RunAsync(AclPoint.Quit, ConnectionOnlyScope(), cancellationToken);
        return new ReceiptDecision(new SmtpReply(221, outcome.UserMessage ?? $"{HostName} closing connection"), Close: true);
    }

    public async ValueTask DisposeAsync()
    {
        LogLoss();
        EndExchange();
        await EndTransactionAsync("connection lost");
        if (_notQuit is { } reason)
        {
            _notQuit = null;
            await RunNotQuitAsync(reason);
        }
    }

    private ReceiptTransaction Transaction => _transaction ?? throw new InvalidOperationException("no transaction is open");

    /// <summary>What became of the path of this command, when a rule has changed it.</summary>
    private void RecordPath(ReceiptTransaction transaction)
    {
        foreach (var step in _pathSteps)
        {
            transaction.Record(RewriteEvents.Of(step));
        }

        _pathSteps = [];
    }

    [return: NotNullIfNotNull(nameof(endpoint))]
    private static IPEndPoint? Plain(IPEndPoint? endpoint) =>
        endpoint is { Address.IsIPv4MappedToIPv6: true } ? new IPEndPoint(endpoint.Address.MapToIPv4(), endpoint.Port) : endpoint;

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private async ValueTask EndTransactionAsync(string reason)
    {
        if (_transaction is { } transaction)
        {
            _transaction = null;
            var message = transaction.Scope.Message;
            var recipients = message.Recipients.Count == 0 ? "" : $" for {string.Join(' ', message.Recipients)}";
            Log("smtp_incomplete_transaction", $"{LogText.Host(_connection)} incomplete transaction ({reason}) from <{message.Sender}>{recipients}");
            await transaction.AbortAsync(reason);
        }
    }

    /// <summary>$smtp_command: the command as it was understood, without parameters of extensions.</summary>
    private void Command(string verb, string argument = "")
    {
        _connection.SmtpCommand = argument.Length == 0 ? verb : OctetString.FromText($"{verb} {argument}");
        _sawMail |= verb == "MAIL";
        Remember(verb);
    }

    /// <summary>Remembers why the connection is about to end, when an answer of the policy ends it.</summary>
    private ReceiptDecision Answer(ReceiptDecision decision)
    {
        if (decision.Close || decision.Reply.Code == 421)
        {
            _notQuit = NotQuitReason.AclDrop;
            LogConnection($"SMTP connection from {Peer}{ConnectionId} closed by DROP in ACL");
        }

        return decision;
    }

    /// <summary>Nobody hears the answer of this ACL; it is run for what it does.</summary>
    private async ValueTask RunNotQuitAsync(string reason)
    {
        if (!_active.Policy.HasAcl(AclPoint.NotQuit))
        {
            return;
        }

        var scope = ConnectionOnlyScope();
        scope.Message.ConditionVariables["smtp_notquit_reason"] = reason;
        using var deadline = new CancellationTokenSource(_services.Limits.CheckDeadline, _services.Time);
        try
        {
            var outcome = await RunAsync(AclPoint.NotQuit, scope, deadline.Token);
            if (!outcome.IsAccepted)
            {
                _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{LogText.Host(_connection)} acl_smtp_notquit: {outcome.LogMessage}");
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            _services.Log.Write(PolicyLogTarget.Main, $"{LogText.Host(_connection)} acl_smtp_notquit did not end in time");
        }
    }

    private EvaluationScope ConnectionOnlyScope() =>
        new() { Environment = _active.Environment, Connection = _connection, Message = new MessageScope() };

    private ValueTask<AclOutcome> RunAsync(AclPoint point, EvaluationScope scope, CancellationToken cancellationToken) =>
        _active.Policy.RunAclAsync(point, scope, cancellationToken);

    private async ValueTask<string> BannerAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var banner = await Options.SmtpBanner.ExpandAsync(scope, cancellationToken);
        return banner.IsSuccess ? banner.Value : $"{HostName} ESMTP";
    }

    /// <summary>The word of the Received field and of $received_protocol (RFC 3848), in Exim's forms for local submission.</summary>
    /// <param name="requireTls">For a message with the parameter REQUIRETLS, which Exim 4.92 shows by a capital letter.</param>
    private void SetProtocol(bool requireTls = false) => _connection.Protocol =
        _believed?.Protocol ?? (IsLocal ? "local-" : "")
        + (_extended ? "esmtp" : "smtp")
        + (_connection.Tls is null ? "" : requireTls ? "S" : "s")
        + (_connection.AuthenticatorName.Length == 0 ? "" : "a");

    private void RecordRefusedConnection(string stage, AclOutcome outcome)
    {
        RecordWithoutMessage(AclEvents.Decided(outcome, null), new MessageRefused(stage, outcome.Reply!.ToString(), outcome.LogMessage ?? ""));
        _services.Log.Write(outcome.RejectLogTarget, $"{LogText.Host(_connection)} rejected {stage}: {outcome.LogMessage ?? outcome.UserMessage}");
    }

    /// <summary>Something was refused before any message existed: it gets an id of its own, so that it can be found and explained.</summary>
    private void RecordWithoutMessage(params ReadOnlySpan<JournalEvent> events)
    {
        var now = _services.Time.GetUtcNow();
        var journal = ImmutableArray.CreateBuilder<JournalEntry>(events.Length + 1);
        journal.Add(new JournalEntry(0, now, new TransactionStarted(ClientFactsOf.Connection(_connection), "", null, (int)_active.Policy.Number)));
        foreach (var what in events)
        {
            journal.Add(new JournalEntry(journal.Count, now, what));
        }

        _ = _services.Store.RecordAsync(_services.Ids.Next(), journal.ToImmutable(), CancellationToken.None).AsTask();
    }
}
