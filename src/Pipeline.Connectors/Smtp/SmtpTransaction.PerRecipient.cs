using Pipeline.Connectors.Ports;
using Pipeline.Mail.Smtp;

namespace Pipeline.Connectors.Smtp;

/// <summary>PRDR (draft-hall-prdr): behind the message come 353, a reply for each recipient that RCPT took, and one for the message.</summary>
internal sealed partial class SmtpTransaction
{
    /// <summary>The reply that says that one for each recipient follows; a peer that knows of one recipient alone leaves it out.</summary>
    private const int RepliesFollow = 353;

    /// <summary>MAIL asks for it.</summary>
    private bool AsksPrdr => _session.Capabilities.Prdr && !Lmtp && _recipients.Length > 1;

    /// <summary>Reads what follows 353. A refusal of the message holds for every recipient, whatever was said of it.</summary>
    private async ValueTask TakeEachAsync()
    {
        var replies = new SmtpReply?[_recipients.Length];
        for (var index = 0; index <= _recipients.Length; index++)
        {
            if (index < _recipients.Length && !_accepted[index])
            {
                continue;
            }

            var status = await Connection.ReadReplyAsync(_settings.FinalTimeout);
            if (status != SmtpIoStatus.Ok || Connection.Reply.Code / 100 is not (2 or 4 or 5))
            {
                _session.IsUsable = false;
                RefuseEach(replies);
                DecideAccepted(InDoubt(status == SmtpIoStatus.Ok ? SmtpIoStatus.Malformed : status));
                return;
            }

            if (index < _recipients.Length)
            {
                replies[index] = Connection.Reply.ToReply();
            }
        }

        if (Connection.Reply.Code / 100 != 2)
        {
            DecideAccepted(Verdict());
            return;
        }

        var final = Connection.Reply.ToReply();
        RefuseEach(replies);
        for (var index = 0; index < replies.Length; index++)
        {
            if (replies[index] is { IsPositive: true } reply)
            {
                _outcomes[index] = new DeliveryOutcome.Delivered(
                    Peer.Host, Peer.EndPoint?.Address, Peer.EndPoint?.Port ?? 0, reply, _session.Describe($"{reply}\\n{final}", prdr: true), _session.Capabilities.Dsn);
            }
        }
    }

    /// <summary>Decides the recipients that the peer has refused.</summary>
    private void RefuseEach(SmtpReply?[] replies)
    {
        for (var index = 0; index < replies.Length; index++)
        {
            if (replies[index] is { IsPositive: false } reply)
            {
                var failure = Peer.Refusal(reply, EndOfData, FailureClass.Data4xx) with { Reason = $"PRDR error after {EndOfData}: {reply}" };
                _outcomes[index] = reply.IsPermanent ? new DeliveryOutcome.Failed(failure) : new DeliveryOutcome.Deferred(failure);
            }
        }
    }
}
