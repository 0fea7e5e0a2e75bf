using Pipeline.Actors.Messages;
using Pipeline.Faults;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>The end of a transaction, when the whole message is there: the ACLs about its content, then the commit.</summary>
internal sealed partial class ReceiptTransaction
{
    public async ValueTask<ReceiptDecision> EndDataAsync(CancellationToken cancellationToken)
    {
        var decision = await JudgeAsync(cancellationToken);
        await _checks.EndedAsync(decision.Reply, cancellationToken);
        return _each is null ? decision : decision with { Preceding = _each.Replies };
    }

    private async ValueTask<ReceiptDecision> JudgeAsync(CancellationToken cancellationToken)
    {
        var reception = _reception!;
        await EndFromLineAsync(cancellationToken);
        await reception.CompleteAsync(cancellationToken);
        _checks.BodyArrived();
        if (reception.Refusal is { } refusal)
        {
            _services.Log.Write(
                PolicyLogTarget.Main | PolicyLogTarget.Reject | (reception.Problem is null ? PolicyLogTarget.None : PolicyLogTarget.Panic),
                $"{_id} {FromWhom()} {(refusal.IsTransient ? "temporarily " : "")}rejected{(_points.AreLocal ? "" : " after DATA")}: {reception.Problem ?? refusal.Text}");
            await RefuseAsync("end of data", refusal);
            return new ReceiptDecision(refusal);
        }

        if (await RefuseForSpaceAsync(reception.Size) is { } full)
        {
            return full;
        }

        if (TakeHeader(reception.Header) is not { } received)
        {
            return await RefuseWithoutRecipientsAsync();
        }

        var header = await ShowMessageAsync(reception, await RewriteAsync(received, cancellationToken), cancellationToken);
        header.Received = await AcceptedMessage.ReceivedAsync(_active, _scope, cancellationToken);
        _checks.MessageArrived(header, reception.Body);
        using var folder = DecodeFolderFor(reception.Size);
        _scope.Message.OpenBody = reception.Body.OpenBody;
        if (_recipients.Count == 0)
        {
            // Nobody would get it: no ACL is asked about its content.
            return await DiscardAsync(_discarded ? AclPoint.Mail : AclPoint.Rcpt, null, null);
        }

        var ended = await RunDkimAsync(header, cancellationToken)
            ?? await RunMimeAsync(reception, folder, cancellationToken)
            ?? await RunPrdrAsync(cancellationToken);
        if (ended is not null)
        {
            return ended;
        }

        DmarcAcl.Begin(_scope.Message);
        var outcome = await RunAsync(_points.Data, null, cancellationToken);
        if (!outcome.IsAccepted)
        {
            return await RefuseContentAsync(outcome, $"rejected {AclPointTraits.Of(_points.Data).LogLabel}");
        }

        if (_discarded || outcome.Verdict == AclVerdict.Discard)
        {
            return await DiscardAsync(outcome);
        }

        header.EndStage(_scope.Message);
        var verdicts = await AskForVerdictsAsync(cancellationToken);
        return await CommitAsync(header, reception, outcome, verdicts);
    }

    /// <summary>Runs the DKIM ACL for each signer of <c>dkim_verify_signers</c>, and leaves the results for the DATA ACL.</summary>
    /// <returns>The end of the transaction, or null when the message goes on. The first answer other than accept is the last.</returns>
    private async ValueTask<ReceiptDecision?> RunDkimAsync(StagedHeader header, CancellationToken cancellationToken)
    {
        var hasAcl = _active.Policy.HasAcl(AclPoint.Dkim);
        var isTold = _active.Policy.MainOptions.LogSelector.Has("dkim_verbose");
        if (!_checks.VerifiesDkim || (!hasAcl && !isTold && (_active.Policy.Checks & AclChecks.Dkim) == 0))
        {
            return null;
        }

        var message = _scope.Message;
        var results = await _checks.DkimAsync(cancellationToken);
        foreach (var result in isTold ? results.Where(static result => result.Verdict != DkimVerdict.None) : [])
        {
            _services.Log.Write(PolicyLogTarget.Main, OctetString.FromText($"{_id} {DkimLine.Of(result)}"));
        }

        DkimAcl.ShowSigners(message, results);
        if (hasAcl)
        {
            var signers = await _active.Policy.MainOptions.DkimVerifySigners.ExpandAsync(_scope, cancellationToken);
            if (!signers.IsSuccess && signers.Outcome != ExpansionOutcome.ForcedFailure)
            {
                var decision = NotNow($"failed to expand dkim_verify_signers: {signers.Message}");
                await RefuseAsync("end of data", decision.Reply);
                return decision;
            }

            foreach (var turn in DkimAcl.Turns(signers.IsSuccess ? signers.Value : "", results))
            {
                DkimAcl.Begin(message, turn);
                var outcome = await RunAsync(AclPoint.Dkim, null, cancellationToken, OctetString.ToText(turn.Signer));
                DkimAcl.End(message, turn);
                if (!outcome.IsAccepted)
                {
                    return await RefuseContentAsync(outcome, $"rejected DKIM {OctetString.ToText(turn.Signer)}");
                }

                if (outcome.Verdict == AclVerdict.Discard)
                {
                    return await DiscardAsync(outcome);
                }

                header.EndStage(message);
            }
        }

        DkimAcl.Finish(message, results);
        return null;
    }

    private async ValueTask<ReceiptDecision> RefuseContentAsync(AclOutcome outcome, string what)
    {
        _services.Log.Write(outcome.RejectLogTarget, $"{_id} {RefusalLine(outcome, what)}", Content(_scope.Message.HeaderBlock));
        await RefuseAsync("end of data", outcome.Reply!);
        return new ReceiptDecision(outcome.Reply!, outcome.CloseConnection, outcome.Point);
    }

    /// <summary>The client hears that the message was taken, and nobody gets it.</summary>
    private ValueTask<ReceiptDecision> DiscardAsync(AclOutcome outcome) =>
        DiscardAsync(outcome.Verdict == AclVerdict.Discard ? outcome.Point : AclPoint.Predata, outcome.LogMessage, outcome.Reply);

    /// <param name="point">The ACL that took all the recipients away.</param>
    private async ValueTask<ReceiptDecision> DiscardAsync(AclPoint point, string? why, SmtpReply? reply)
    {
        var by = $"{AclPointTraits.Of(point).Name} ACL discarded recipients";
        _services.Log.Write(PolicyLogTarget.Main, $"{_id} => blackhole ({by}){(why is null ? "" : $": {why}")}");
        _services.Log.Write(PolicyLogTarget.Main, $"{_id} Completed");
        await AbortAsync($"discarded by policy: {by}");
        return Accepted(reply);
    }

    private async ValueTask<ReceiptDecision> CommitAsync(StagedHeader header, MessageReception reception, AclOutcome outcome, string? verdicts)
    {
        _checks.Accepted();
        var message = AcceptedMessage.Compose(_services, _active, _scope, _mail, _id, _recipients.ToImmutable(), header, reception.Body, _queueing.Decide(_scope.Message.Controls), verdicts);
        try
        {
            Crash.At(CrashPoint.AcceptContentJudged);

            // The client's wish to go away does not undo a commit that is on its way.
            var answer = await _message.Ask<object>(new MessageProtocol.Commit(message, _each is not null, Pretence) { BodyBits = BodyBits, Pipelined = Pipelined, BeganEarly = BeganEarly }, _services.Limits.CommitDeadline, CancellationToken.None);
            switch (answer)
            {
                case MessageProtocol.Committed:
                    return Accepted(outcome.Reply);
                case MessageProtocol.NotCommitted refused:
                    await reception.DisposeAsync();
                    return NotNow(refused.Reason);
                default:
                    return NotNow("the node stopped before it knew of the commit");
            }
        }
        catch (AskTimeoutException)
        {
            return NotNow("the store did not answer in time");
        }
        finally
        {
            Dispose();
        }
    }

    /// <param name="reply">Of the last ACL; null when it has no words for it.</param>
    /// <summary>BODY of MAIL as <c>M8S=</c> has it: 8, 7, or 0 when it was not said.</summary>
    private int? BodyBits => _points.AreLocal ? null : _mail.Body switch
    {
        BodyType.EightBitMime or BodyType.BinaryMime => 8,
        BodyType.SevenBit => 7,
        _ => 0,
    };

    private ReceiptDecision Accepted(SmtpReply? reply) => new(Pretence ?? _each?.Acceptance(_id) ?? reply ?? new SmtpReply(250, $"OK id={_id}"));

    private ReceiptDecision NotNow(string reason)
    {
        _services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{_id} {LogText.Host(_scope.Connection)} temporarily rejected after DATA: {reason}");
        return new ReceiptDecision(Undecided);
    }

    private async ValueTask<StagedHeader> ShowMessageAsync(MessageReception reception, HeaderBlock received, CancellationToken cancellationToken)
    {
        var message = _scope.Message;
        message.Size = reception.Size;
        message.BodyStart = reception.Visible.Start;
        message.BodyEnd = reception.Visible.End;
        message.BodySize = reception.Visible.Size;
        message.BodyLineCount = reception.Visible.Lines;
        message.BodyZeroCount = reception.Visible.Zeros;
        message.MaxReceivedLineLength = reception.LongestLine;
        var header = new StagedHeader(received, _active.Policy.MainOptions, [_active.Environment.PrimaryHostname, .. _active.Policy.Demand.AuthServIds]);
        if (await HeaderFixups.ApplyAsync(_active, _scope, received, Author, cancellationToken) is { } sender)
        {
            Record(new AddressRewritten(AddressRewritten.Sender, message.Sender.ToString(), sender.ToString(), AddressRewritten.NoRule, null));
            message.Sender = sender;
        }

        header.EndStage(message);
        message.AddHeaderNow = added => header.Add(added, message);
        return header;
    }
}
