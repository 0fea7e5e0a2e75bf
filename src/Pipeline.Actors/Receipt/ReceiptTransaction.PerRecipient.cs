using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Addressing;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>PRDR (draft-hall-prdr): after the data each recipient is judged by an ACL and gets a reply of its own. The words are Exim's.</summary>
internal sealed partial class ReceiptTransaction
{
    private const string PrdrRequested = "prdr_requested";

    /// <summary>Set when the client has asked for it and there was more than one recipient.</summary>
    private RecipientReplies? _each;

    /// <summary>The reply to MAIL, which says that PRDR will be done, and the variable that says so to ACLs.</summary>
    private SmtpReply AcceptedMail(SmtpReply reply)
    {
        if (!_mail.Prdr)
        {
            return reply;
        }

        _scope.Message.ConditionVariables[PrdrRequested] = "yes";
        return reply.Lines.IsEmpty
            ? reply
            : new SmtpReply(reply.Code, reply.Enhanced, [.. reply.Lines[..^1], $"{reply.Lines[^1]}, PRDR Requested"]);
    }

    /// <summary>Runs the PRDR ACL for each recipient, and takes out those that it refuses or discards.</summary>
    /// <returns>The end of the transaction when nobody is left, or null.</returns>
    private async ValueTask<ReceiptDecision?> RunPrdrAsync(CancellationToken cancellationToken)
    {
        if (!_mail.Prdr)
        {
            return null;
        }

        if (_recipients.Count < 2)
        {
            _scope.Message.ConditionVariables[PrdrRequested] = "no";
            return null;
        }

        _each = new RecipientReplies();
        foreach (var recipient in _recipients.ToArray())
        {
            await JudgeAsync(recipient, _each, cancellationToken);
        }

        if (_recipients.Count > 0)
        {
            return null;
        }

        var reply = _each.Acceptance(_id);
        await (reply.IsPositive ? AbortAsync("no recipient is left to deliver to") : RefuseAsync("end of data", reply));
        return new ReceiptDecision(reply);
    }

    private async ValueTask JudgeAsync(EnvelopeRecipient recipient, RecipientReplies replies, CancellationToken cancellationToken)
    {
        var text = recipient.Address.ToString();
        _scope.Address = ReceiptSession.AddressScopeOf(await PercentHack.ApplyAsync(_scope, recipient.Address, cancellationToken) ?? recipient.Address);
        try
        {
            var outcome = await RunAsync(AclPoint.DataPrdr, text, cancellationToken);
            var verdict = $"R=<{text}> {(outcome.IsAccepted ? "acceptance" : outcome.Reply!.IsTransient ? "temporary refusal" : "refusal")}";
            var reply = outcome.UserMessage is null ? new SmtpReply(outcome.IsAccepted ? 250 : outcome.Reply!.Code, $"PRDR {verdict}") : outcome.Reply!;
            var said = outcome.LogMessage ?? outcome.UserMessage;
            _services.Log.Write(outcome.IsAccepted ? PolicyLogTarget.Main : outcome.RejectLogTarget, $"{_id} PRDR {(said is null ? verdict : $"{text} {said}")}");
            var stays = outcome.IsAccepted && outcome.Verdict != AclVerdict.Discard;
            replies.Add(reply, stays);
            if (!stays)
            {
                Withdraw(recipient, reply);
            }
        }
        finally
        {
            _scope.Address = null;
        }
    }

    private void Withdraw(EnvelopeRecipient recipient, SmtpReply reply)
    {
        var place = _recipients.IndexOf(recipient);
        _recipients.RemoveAt(place);
        _scope.Message.Recipients.RemoveAt(place);
        Record(new RecipientWithdrawn(recipient.Index, recipient.Address.ToString(), reply.ToString()));
    }
}
