using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Smtp;
using Pipeline.Policy.Acl.Verification.Callouts;

namespace Pipeline.Connectors.Smtp;

/// <summary>The transactions of one callout over one session.</summary>
internal sealed class SmtpCalloutTalk(SmtpSession session, CalloutQuestion question, SmtpCalloutAnswers answers)
{
    private const string Unsayable = "the address has no form that this server would understand";

    private bool _begun;

    /// <summary>The last command that was sent, and its reply; null when none came.</summary>
    private string _sent = "";
    private SmtpReply? _reply;

    /// <summary>Why there is no reply.</summary>
    private string _silence = "";

    public async ValueTask<CalloutAnswer> RunAsync()
    {
        if (!IsSayable(question.Sender) || !IsSayable(question.Recipient))
        {
            return answers.Undecided(Unsayable);
        }

        if (question.Random is { } random && answers.RandomAccepted is null && IsSayable(random))
        {
            if (await MailAsync(question.Sender) is { } refused)
            {
                return refused;
            }

            await SayAsync($"RCPT TO:<{Mailbox(random)}>");
            if (_reply is null)
            {
                return answers.Undecided(_silence);
            }

            // A temporary reply leaves it open whether the host knows its addresses.
            answers.RandomAccepted = _reply.IsTransient ? null : _reply.IsPositive;
            if (answers.RandomAccepted is true)
            {
                return answers.Accepted();
            }
        }

        return await MailAsync(question.Sender) ?? await RecipientAsync();
    }

    private async ValueTask<CalloutAnswer> RecipientAsync()
    {
        await SayAsync($"RCPT TO:<{Mailbox(question.Recipient)}>");
        if (_reply is not { IsPositive: true })
        {
            return Judge(CalloutOutcome.RecipientRefused);
        }

        return question.PostmasterSender is { } sender ? await PostmasterAsync(sender) : answers.Accepted();
    }

    private async ValueTask<CalloutAnswer> PostmasterAsync(EnvelopeAddress sender)
    {
        // Exim takes a refused sender of this check as word about the postmaster.
        if (!IsSayable(sender))
        {
            return answers.Undecided(Unsayable);
        }

        if (await MailAsync(sender, CalloutOutcome.PostmasterRefused) is { } refused)
        {
            return refused;
        }

        await SayAsync($"RCPT TO:<{Mailbox(new EnvelopeAddress("postmaster", question.Recipient.Domain))}>");
        if (question.FullPostmaster && _reply is { IsPermanent: true })
        {
            await SayAsync("RCPT TO:<postmaster>");
        }

        if (_reply is not { IsPositive: true })
        {
            return Judge(CalloutOutcome.PostmasterRefused);
        }

        answers.PostmasterAccepted = true;
        return answers.Accepted();
    }

    /// <summary>Begins a transaction; null when it has begun.</summary>
    private async ValueTask<CalloutAnswer?> MailAsync(EnvelopeAddress sender, CalloutOutcome whenRefused = CalloutOutcome.SetupRefused)
    {
        if (_begun)
        {
            await SayAsync("RSET");
            if (_reply is null)
            {
                return answers.Undecided(_silence);
            }
        }

        _begun = true;
        var extension = Ascii.IsValid(sender.ToString()) && Ascii.IsValid(question.Recipient.ToString()) ? "" : " SMTPUTF8";
        await SayAsync($"MAIL FROM:<{Mailbox(sender)}>{(session.Capabilities.SmtpUtf8 ? extension : "")}{(question.RequireTls ? " REQUIRETLS" : "")}");
        return _reply is { IsPositive: true } ? null : Judge(whenRefused);
    }

    /// <summary>What the last reply means that was not positive.</summary>
    private CalloutAnswer Judge(CalloutOutcome whenRefused)
    {
        if (_reply is not { } reply)
        {
            return answers.Undecided(_silence);
        }

        if (!reply.IsPermanent)
        {
            return answers.Undecided(whenRefused == CalloutOutcome.SetupRefused
                ? $"response to \"{_sent}\" was: {SmtpCalloutAnswers.OneLine(reply)}"
                : $"SMTP error from remote mail server after {_sent}: {SmtpCalloutAnswers.OneLine(reply)}");
        }

        answers.PostmasterAccepted = whenRefused == CalloutOutcome.PostmasterRefused ? false : null;
        return answers.Refused(whenRefused, reply, _sent);
    }

    private async ValueTask SayAsync(string command)
    {
        (_sent, _reply) = (command, null);
        var timeout = question.CommandTimeout;
        var status = await session.Connection.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), timeout);
        status = status == SmtpIoStatus.Ok ? await session.Connection.ReadReplyAsync(timeout) : status;
        if (status == SmtpIoStatus.Ok)
        {
            _reply = session.Connection.Reply.ToReply();
            return;
        }

        session.IsUsable = false;
        _silence = status switch
        {
            SmtpIoStatus.Closed => $"response to \"{command}\" was: connection dropped",
            SmtpIoStatus.Cancelled => "callout was interrupted",
            _ => session.Peer.Silence(status, command, session.Connection.Reply.Problem).Reason,
        };
    }

    private bool IsSayable(EnvelopeAddress address) =>
        SmtpCommandWriter.IsSafe(address) && SmtpMailbox.TryWrite(address, session.Capabilities.SmtpUtf8, out _);

    private string Mailbox(EnvelopeAddress address) => SmtpMailbox.TryWrite(address, session.Capabilities.SmtpUtf8, out var mailbox) ? mailbox : "";
}
