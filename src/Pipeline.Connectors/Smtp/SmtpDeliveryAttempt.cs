using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>One attempt to deliver one job: every recipient has an outcome at its end. Where the sessions come from is said by those derived from it.</summary>
/// <param name="metrics">Null for peers of this machine, which are not counted among hosts.</param>
internal abstract class SmtpDeliveryAttempt(SmtpClientMetrics? metrics, ILogger logger, DeliveryJob job, SmtpTransportSettings settings, OutgoingMessage message)
{
    private static readonly DeliveryFailure Interrupted = new() { Class = FailureClass.Interrupted, Reason = "delivery was interrupted" };

    protected enum Progress
    {
        /// <summary>All that this session could do was done.</summary>
        Done = 0,

        HostFailed = 1,

        /// <summary>The session had died before this message met a reply; nothing is known against the host.</summary>
        DiedIdle = 2,
    }

    private readonly DeliveryOutcome?[] _outcomes = new DeliveryOutcome?[job.Recipients.Length];
    private readonly bool _headerNeedsUtf8 = job.SmtpUtf8 && !Ascii.IsValid(message.HeaderBlock.Span);
    private DeliveryFailure? _lastTemporary;
    private DeliveryFailure? _lastPermanent;

    /// <summary>There are hosts that were not tried, so nothing is final yet.</summary>
    protected bool HostsLeft { get; set; }

    protected SmtpClientMetrics? Metrics => metrics;

    protected DeliveryJob Job => job;

    protected SmtpTransportSettings Settings => settings;

    public async ValueTask<DeliveryReport> RunAsync(CancellationToken cancellationToken)
    {
        RefuseWhatCannotBeSent();
        try
        {
            await TryAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _lastTemporary = Interrupted;
        }

        var rest = OutcomeOfTheRest();
        var reports = new RecipientReport[_outcomes.Length];
        for (var i = 0; i < reports.Length; i++)
        {
            reports[i] = new RecipientReport(job.Recipients[i].Index, _outcomes[i] ?? rest);
        }

        return new DeliveryReport([.. reports]);
    }

    /// <summary>Peers that do not promise to keep to REQUIRETLS are passed over.</summary>
    protected virtual bool RequiresTls => false;

    /// <summary>Opens sessions and uses them, as long as recipients are open and there is one to be had.</summary>
    protected abstract ValueTask TryAsync(CancellationToken cancellationToken);

    private void RefuseWhatCannotBeSent()
    {
        if (job.Body == BodyType.BinaryMime)
        {
            Decide(FailureClass.MissingExtension, "a message in BINARYMIME cannot be sent on", new EnhancedStatusCode(5, 6, 1), static _ => true);
        }

        if (!SmtpCommandWriter.IsSafe(job.ReturnPath))
        {
            Decide(FailureClass.Permanent, "the return path is not an address", new EnhancedStatusCode(5, 1, 7), static _ => true);
        }

        Decide(
            FailureClass.Permanent, "the recipient is not an address", new EnhancedStatusCode(5, 1, 3), static r => r.Address.IsNull || !SmtpCommandWriter.IsSafe(r.Address));
    }

    /// <summary>Sends what there is to send, as long as the session lasts.</summary>
    protected async ValueTask<Progress> UseAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        await using var abort = session.Connection.AbortWhen(cancellationToken);
        if (RequiresTls && !session.Capabilities.RequireTls)
        {
            Note(RequireTlsFailure.NotOffered(session.Peer));
            await session.CloseAsync();
            return Progress.HostFailed;
        }

        if (!session.Capabilities.SmtpUtf8)
        {
            RefuseWhatNeedsUtf8(session);
        }

        while (session.IsUsable && (settings.ConnectionMaxMessages <= 0 || session.Messages < settings.ConnectionMaxMessages) && NextBatch() is { Length: > 0 } batch)
        {
            var recipients = new DeliveryRecipient[batch.Length];
            for (var i = 0; i < batch.Length; i++)
            {
                recipients[i] = job.Recipients[batch[i]];
            }

            var transaction = new SmtpTransaction(session, settings, job, message, recipients, session.Capabilities.SmtpUtf8 && NeedsUtf8(recipients));
            await transaction.RunAsync(cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                _outcomes[batch[i]] = transaction.Outcomes[i];
            }

            if (transaction.DiedIdle)
            {
                return Progress.DiedIdle;
            }

            if (transaction.HostFailure is { } failure)
            {
                Note(failure);
                return Progress.HostFailed;
            }
        }

        return Progress.Done;
    }

    /// <summary>Positions of open recipients for one transaction: as many as allowed, of one domain unless several may be mixed.</summary>
    private int[] NextBatch()
    {
        var limit = settings.MaxRecipients > 0 ? settings.MaxRecipients : int.MaxValue;
        var batch = new List<int>(Math.Min(limit, _outcomes.Length));
        string? domain = null;
        for (var i = 0; i < _outcomes.Length && batch.Count < limit; i++)
        {
            if (_outcomes[i] is null && (settings.MultiDomain || domain is null || DomainName.AreEqual(domain, job.Recipients[i].Address.Domain)))
            {
                domain ??= job.Recipients[i].Address.Domain;
                batch.Add(i);
            }
        }

        return [.. batch];
    }

    private bool NeedsUtf8(DeliveryRecipient[] recipients)
    {
        if (_headerNeedsUtf8 || !IsAscii(job.ReturnPath))
        {
            return true;
        }

        foreach (var recipient in recipients)
        {
            if (!IsAscii(recipient.Address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>RFC 6531 section 3.2: a message that needs the extension goes to nobody who lacks it. Domains alone can be said in ASCII.</summary>
    private void RefuseWhatNeedsUtf8(SmtpSession session)
    {
        var all = _headerNeedsUtf8 || !SmtpMailbox.TryWrite(job.ReturnPath, utf8: false, out _);
        for (var i = 0; i < _outcomes.Length; i++)
        {
            if (_outcomes[i] is null && (all || !SmtpMailbox.TryWrite(job.Recipients[i].Address, utf8: false, out _)))
            {
                var failure = session.Peer.Failure(FailureClass.MissingExtension, "SMTPUTF8 support is required from the server but it was not offered");
                _outcomes[i] = new DeliveryOutcome.Failed(failure with { Status = new EnhancedStatusCode(5, 6, 7) });
            }
        }
    }

    private static bool IsAscii(EnvelopeAddress address) => Ascii.IsValid(address.LocalPart) && Ascii.IsValid(address.Domain);

    protected bool AnyOpen() => Array.IndexOf(_outcomes, null) >= 0;

    private void Decide(FailureClass failureClass, string reason, EnhancedStatusCode status, Func<DeliveryRecipient, bool> about)
    {
        for (var i = 0; i < _outcomes.Length; i++)
        {
            if (_outcomes[i] is null && about(job.Recipients[i]))
            {
                _outcomes[i] = new DeliveryOutcome.Failed(new DeliveryFailure { Class = failureClass, Reason = reason, Status = status });
            }
        }
    }

    protected void Note(DeliveryFailure failure)
    {
        var detail = failure.Internal is null ? "" : $" ({failure.Internal})";
        Log.HostFailed(logger, job.MessageId, failure.Host, failure.Ip, failure.Port, failure.Reason, detail);
        metrics?.HostFailed(failure.Class);
        if (failure.Class is FailureClass.Permanent or FailureClass.MissingExtension)
        {
            _lastPermanent = failure;
        }
        else
        {
            _lastTemporary = failure;
        }
    }

    /// <summary>No host took them. For good only if every host there is said so; otherwise one may do so another time.</summary>
    private DeliveryOutcome OutcomeOfTheRest()
    {
        if (_lastTemporary is { } temporary)
        {
            return new DeliveryOutcome.Deferred(temporary);
        }

        if (_lastPermanent is { } permanent)
        {
            return HostsLeft ? new DeliveryOutcome.Deferred(permanent) : new DeliveryOutcome.Failed(permanent);
        }

        return new DeliveryOutcome.Deferred(new DeliveryFailure { Class = FailureClass.Other, Reason = "no host to deliver to" });
    }
}
