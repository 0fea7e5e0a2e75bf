using Pipeline.Connectors.Ports;
using Pipeline.Faults;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>One message to some recipients over one session: MAIL, RCPT, DATA, the message, and the verdict.</summary>
/// <remarks>
/// Decides each recipient at most once. Recipients without an outcome at the end were not refused: the host was at fault
/// (<see cref="HostFailure"/>), or it took as many as it takes at a time and the rest may follow in another transaction.
/// </remarks>
internal sealed partial class SmtpTransaction
{
    /// <summary>Octets of commands sent before their replies are read: little enough for the peer's replies never to fill both directions (RFC 2920 section 3.1).</summary>
    private const int MaxGroupLength = 16 * 1024;

    private const string EndOfData = "end of data";

    private static readonly ReadOnlyMemory<byte> LoneDot = ".\r\n"u8.ToArray();

    private readonly SmtpSession _session;
    private readonly SmtpTransportSettings _settings;
    private readonly DeliveryJob _job;
    private readonly OutgoingMessage _message;
    private readonly DeliveryRecipient[] _recipients;
    private readonly DeliveryOutcome?[] _outcomes;
    private readonly bool[] _accepted;
    private readonly bool _utf8;
    private int _acceptedCount;
    private bool _mailAnswered;
    private bool _mailRefused;

    /// <param name="utf8">The message or one of its addresses cannot do without SMTPUTF8, and the peer has it.</param>
    public SmtpTransaction(SmtpSession session, SmtpTransportSettings settings, DeliveryJob job, OutgoingMessage message, DeliveryRecipient[] recipients, bool utf8)
    {
        _session = session;
        _settings = settings;
        _job = job;
        _message = message;
        _recipients = recipients;
        _outcomes = new DeliveryOutcome?[recipients.Length];
        _accepted = new bool[recipients.Length];
        _utf8 = utf8;
    }

    /// <summary>One for each recipient, null where it is not decided.</summary>
    public ReadOnlySpan<DeliveryOutcome?> Outcomes => _outcomes;

    /// <summary>Why the recipients without an outcome have none; another host may take them.</summary>
    public DeliveryFailure? HostFailure { get; private set; }

    /// <summary>The connection had been idle, and was dead before this message met any reply: a fresh one may do.</summary>
    public bool DiedIdle { get; private set; }

    private SmtpClientConnection Connection => _session.Connection;

    private SmtpPeer Peer => _session.Peer;

    private PooledBuffer Output => _session.Output;

    private bool Pipelining => _session.Capabilities.Pipelining;

    private bool Lmtp => _session.Key.Dialect == SmtpDialect.Lmtp;

    private bool IsReused => _session.Messages > 1;

    private string Pipelined => Pipelining ? "pipelined " : "";

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        _session.Messages++;
        var goAhead = await NegotiateAsync();
        if (goAhead && _acceptedCount > 0)
        {
            await SendMessageAsync(cancellationToken);
        }
        else if (goAhead)
        {
            await SendNothingAsync();
        }
    }

    // Commands of a transaction by number, so that a group of them can be written at once and its replies read in order:
    // 0 RSET (only where needed), 1 MAIL, 2.. RCPT, last DATA.
    private int DataCommand => 2 + _recipients.Length;

    /// <summary>Everything up to the reply to DATA. True if it is 354.</summary>
    private async ValueTask<bool> NegotiateAsync()
    {
        var next = _session.NeedsReset ? 0 : 1;
        while (next <= DataCommand)
        {
            if (_mailRefused || (next == DataCommand && _acceptedCount == 0))
            {
                return false;
            }

            var first = next;
            Output.Clear();
            do
            {
                Write(next++);
            }
            while (Pipelining && next <= DataCommand && Output.Length < MaxGroupLength);

            var sent = await Connection.WriteAsync(Output.Written, _settings.CommandTimeout);
            if (sent is SmtpIoStatus.TimedOut or SmtpIoStatus.Cancelled)
            {
                LoseHost(sent, first);
                return false;
            }

            // A peer that closes after a reply has often said why: that reply is read even when the write failed.
            for (var command = first; command < next; command++)
            {
                var status = await Connection.ReadReplyAsync(_settings.CommandTimeout);
                if (status != SmtpIoStatus.Ok)
                {
                    LoseHost(status, command);
                    return false;
                }

                if (!Take(command))
                {
                    return false;
                }
            }
        }

        return Connection.Reply.Code == 354;
    }

    /// <summary>Acts on the reply to a command. False ends the transaction.</summary>
    private bool Take(int command)
    {
        var reply = Connection.Reply;
        if (reply.Code == 421)
        {
            // The host is going down (RFC 5321 section 3.8): no word about this message. Or it did so while the connection was idle.
            _session.IsUsable = false;
            DiedIdle = IsReused && !_mailAnswered;
            HostFailure = Peer.Refusal(reply.ToReply(), Text(command), FailureClass.Host4xx, hostWide: true);
            return false;
        }

        if (reply.Code / 100 == 3 && command != DataCommand)
        {
            _session.IsUsable = false;
            HostFailure = Peer.Silence(SmtpIoStatus.Malformed, Text(command), reply.FirstLine(), hostWide: true);
            return false;
        }

        if (command == 0)
        {
            return TakeReset();
        }

        if (command == 1)
        {
            _mailAnswered = true;
            Crash.At(CrashPoint.DeliverSmtpMailAnswered);
            TakeMail();
        }
        else if (command < DataCommand)
        {
            Crash.At(CrashPoint.DeliverSmtpRecipientAnswered);
            TakeRcpt(command - 2);
        }
        else
        {
            Crash.At(CrashPoint.DeliverSmtpDataAnswered);
            TakeData();
        }

        return true;
    }

    private bool TakeReset()
    {
        if (Connection.Reply.Code / 100 == 2)
        {
            _session.NeedsReset = false;
            return true;
        }

        _session.IsUsable = false;
        DiedIdle = true;
        HostFailure = Peer.Refusal(Connection.Reply.ToReply(), Text(0), FailureClass.Host4xx, hostWide: true);
        return false;
    }

    private void TakeMail()
    {
        if (Connection.Reply.Code / 100 == 2)
        {
            _session.NeedsReset = true;
            return;
        }

        _mailRefused = true;
        DecideOpen(Refusal(Text(1), FailureClass.Mail4xx));
    }

    private void TakeRcpt(int index)
    {
        var code = Connection.Reply.Code;
        if (_outcomes[index] is not null)
        {
            // MAIL was refused before; the peer only says so again.
            return;
        }

        if (code / 100 == 2)
        {
            _accepted[index] = true;
            _acceptedCount++;
        }
        else if (code != 452 || _acceptedCount == 0)
        {
            _outcomes[index] = Refusal(Text(2 + index), FailureClass.Rcpt4xx);
        }

        // 452 after others were taken: too many for one transaction (RFC 5321 section 4.5.3.1.10). The rest go in the next one.
    }

    private void TakeData()
    {
        if (Connection.Reply.Code == 354)
        {
            return;
        }

        if (Connection.Reply.Code / 100 == 2)
        {
            // Neither a go-ahead nor a refusal. What the peer takes to be going on is not known.
            _session.IsUsable = false;
            HostFailure = Peer.Silence(SmtpIoStatus.Malformed, Text(DataCommand), Connection.Reply.FirstLine(), hostWide: true);
            return;
        }

        DecideAccepted(Refusal(Text(DataCommand), FailureClass.Data4xx));
    }

    /// <summary>With nobody to send to, a peer that gave the go-ahead to a pipelined DATA gets an empty message (RFC 2920 section 3.1).</summary>
    private async ValueTask SendNothingAsync()
    {
        var status = await Connection.WriteAsync(LoneDot, _settings.CommandTimeout);
        status = status == SmtpIoStatus.Ok ? await Connection.ReadReplyAsync(_settings.CommandTimeout) : status;
        _session.IsUsable &= status == SmtpIoStatus.Ok;
    }

    private async ValueTask SendMessageAsync(CancellationToken cancellationToken)
    {
        var sending = await SmtpMessageWriter.WriteAsync(_session, _settings, _job, _message, cancellationToken);
        if (sending.DotSent)
        {
            await TakeVerdictsAsync(sending.Status);
            return;
        }

        // Broken off in the middle of the message, so the connection is of no more use; nothing is delivered.
        _session.IsUsable = false;
        if (sending.Stopped is { } stopped)
        {
            DecideAccepted(stopped);
            return;
        }

        // The peer's last words may tell why it went.
        var after = $"{Pipelined}sending data block";
        if (sending.Status == SmtpIoStatus.Closed && await Connection.ReadReplyAsync(_settings.CommandTimeout) == SmtpIoStatus.Ok && Connection.Reply.Code >= 400)
        {
            DecideAccepted(Refusal(after, FailureClass.Data4xx));
        }
        else if (sending.Status == SmtpIoStatus.Closed)
        {
            // Another host may take it; but it may be this message that the peer cannot bear.
            HostFailure = Peer.Silence(sending.Status, after);
        }
        else
        {
            DecideAccepted(new DeliveryOutcome.Deferred(Peer.Silence(sending.Status, after)));
        }
    }

    /// <summary>Reads what became of the message: one reply, or with LMTP one for each recipient taken (RFC 2033 section 4.2), or with PRDR those and one more.</summary>
    private async ValueTask TakeVerdictsAsync(SmtpIoStatus sent)
    {
        for (var index = 0; index < _recipients.Length; index++)
        {
            if (!_accepted[index])
            {
                continue;
            }

            var status = sent == SmtpIoStatus.Ok || sent == SmtpIoStatus.Closed ? await Connection.ReadReplyAsync(_settings.FinalTimeout) : sent;
            if (status != SmtpIoStatus.Ok)
            {
                _session.IsUsable = false;
                DecideAccepted(InDoubt(status));
                return;
            }

            Crash.At(CrashPoint.DeliverSmtpReplyRead);
            if (AsksPrdr && Connection.Reply.Code == RepliesFollow)
            {
                await TakeEachAsync();
                break;
            }

            var verdict = Verdict();
            if (!Lmtp)
            {
                DecideAccepted(verdict);
                break;
            }

            _outcomes[index] = verdict;
        }

        _session.NeedsReset = false;
        _session.IsUsable &= Connection.Reply.Code != 421;
    }

    private DeliveryOutcome Verdict()
    {
        var reply = Connection.Reply.ToReply();
        return (reply.Code / 100) switch
        {
            2 => new DeliveryOutcome.Delivered(
                Peer.Host, Peer.EndPoint?.Address, Peer.EndPoint?.Port ?? 0, reply, _session.Describe(reply.ToString()), _session.Capabilities.Dsn),
            3 => InDoubt(SmtpIoStatus.Malformed),
            _ => Refusal(EndOfData, FailureClass.Data4xx),
        };
    }

    /// <summary>The dot is sent and nobody knows what became of it (RFC 1047): trying again may deliver twice, so this is to be told apart.</summary>
    private DeliveryOutcome.Deferred InDoubt(SmtpIoStatus status)
    {
        var after = status == SmtpIoStatus.TimedOut ? $"{EndOfData} ({_message.Size} bytes written)" : EndOfData;
        var problem = status == SmtpIoStatus.Malformed && Connection.Reply.Code != 0 ? Connection.Reply.FirstLine() : Connection.Reply.Problem;
        return new(Peer.Silence(status, after, problem) with { Class = FailureClass.InDoubt });
    }

    private DeliveryOutcome Refusal(string after, FailureClass whenTemporary)
    {
        var reply = Connection.Reply.ToReply();
        var failure = Peer.Refusal(reply, after, whenTemporary);
        if (Lmtp && ReferenceEquals(after, EndOfData))
        {
            // One reply of several: the text says which kind it is.
            failure = failure with { Reason = $"LMTP error after {after}: {reply}" };
        }

        return reply.IsPermanent ? new DeliveryOutcome.Failed(failure) : new DeliveryOutcome.Deferred(failure);
    }

    private void LoseHost(SmtpIoStatus status, int command)
    {
        _session.IsUsable = false;
        var failure = Peer.Silence(status, Text(command), Connection.Reply.Problem, hostWide: true);

        // Only a session that has served before can have gone stale; and only as long as this message has met no reply is it certain
        // that the peer has seen nothing of it that counts.
        DiedIdle = status == SmtpIoStatus.Closed && IsReused && !_mailAnswered;
        if (status is SmtpIoStatus.TimedOut or SmtpIoStatus.Cancelled)
        {
            // Not the host's fault as far as one can tell: another host might time out over the same message just as well.
            DecideOpen(new DeliveryOutcome.Deferred(failure with { HostWide = false }));
            return;
        }

        HostFailure = failure;
    }

    private void DecideOpen(DeliveryOutcome outcome)
    {
        for (var i = 0; i < _outcomes.Length; i++)
        {
            _outcomes[i] ??= outcome;
        }
    }

    private void DecideAccepted(DeliveryOutcome outcome)
    {
        for (var i = 0; i < _outcomes.Length; i++)
        {
            if (_accepted[i])
            {
                _outcomes[i] ??= outcome;
            }
        }
    }
}
