using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;

namespace Pipeline.Connectors.Smtp;

/// <summary>The commands of a transaction: as octets to send, and as text for failures.</summary>
internal sealed partial class SmtpTransaction
{
    private void Write(int command)
    {
        if (command == 0)
        {
            Output.Append("RSET\r\n"u8);
        }
        else if (command == 1)
        {
            WriteMail(Output);
        }
        else if (command < DataCommand)
        {
            var recipient = _recipients[command - 2];
            SmtpCommandWriter.WriteRcpt(
                Output, recipient, Mailbox(recipient.Address), _session.Capabilities.Dsn, Lmtp && _settings.LmtpIgnoreQuota);
        }
        else
        {
            Output.Append("DATA\r\n"u8);
        }
    }

    private void WriteMail(PooledBuffer output)
    {
        var authentication = _settings.Authentication;
        var sender = _session.Authenticator is not null || authentication.ForceAuthenticatedSender
            ? authentication.AuthenticatedSender ?? _job.AuthenticatedSender
            : null;
        var size = _settings.SizeAddition >= 0 ? _message.Size + _settings.SizeAddition : default(long?);
        SmtpCommandWriter.WriteMail(
            output, _job, Mailbox(_job.ReturnPath), _session.Capabilities, new MailParameters(size, _utf8, _job.RequireTls && _session.Capabilities.RequireTls, sender, AsksPrdr));
    }

    /// <summary>The agent has looked before that every address has a form for this peer.</summary>
    private string Mailbox(EnvelopeAddress address) => SmtpMailbox.TryWrite(address, _utf8, out var mailbox) ? mailbox : "";

    /// <summary>A command as it was sent, for failure texts.</summary>
    private string Text(int command)
    {
        if (command >= 2 && command < DataCommand)
        {
            return $"RCPT TO:<{Mailbox(_recipients[command - 2].Address)}>";
        }

        if (command != 1)
        {
            return command == 0 ? "RSET" : $"{Pipelined}DATA";
        }

        using var mail = new PooledBuffer(512);
        WriteMail(mail);
        return Pipelined + Encoding.UTF8.GetString(mail.Written.Span[..^2]);
    }
}
