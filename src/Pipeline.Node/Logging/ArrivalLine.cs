using System.Globalization;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Logging;

/// <summary>Exim's line for a message that was accepted (<c>&lt;=</c>).</summary>
internal static class ArrivalLine
{
    public static string Of(
        TransactionStarted started, MessageAccepted accepted, MailLogEntry.Accepted message, LogSelection selection, string localUser)
    {
        var client = started.Client;
        var line = new StringBuilder("<= ").Append(started.Sender.Length == 0 ? "<>" : started.Sender);
        Append(line, " R=", message.About?.ToString());
        if (client.Address is { } address)
        {
            line.Append(' ').Append(LogText.Host(client.Name, client.Helo, address));
            if (selection.Has("incoming_port"))
            {
                line.Append(CultureInfo.InvariantCulture, $":{client.Port}");
            }

            if (selection.Has("incoming_interface") && client.LocalAddress is { } local)
            {
                line.Append(CultureInfo.InvariantCulture, $" I=[{local}]:{client.LocalPort}");
            }
        }
        else
        {
            line.Append(" U=").Append(localUser);
        }

        line.Append(" P=").Append(client.Protocol);
        Append(line, " X=", selection.Has("tls_cipher") ? client.TlsCipher : null);
        Append(line, " CV=", selection.Has("tls_certificate_verified") && client.TlsVerified is { } verified ? verified ? "yes" : "no" : null);
        if (client.AuthenticatedId is not null || client.Authenticator is not null)
        {
            line.Append(" A=").Append(client.Authenticator);
            Append(line, ":", client.AuthenticatedId);
            Append(line, ":", selection.Has("smtp_mailauth") ? accepted.AuthenticatedSender : null);
        }

        line.Append(CultureInfo.InvariantCulture, $" S={accepted.Size}");
        Append(line, " DKIM=", selection.Has("dkim") ? Signer(message) : null);
        Append(line, " id=", message.MessageIdField);
        if (selection.Has("subject") && message.Subject is { } subject)
        {
            line.Append(" T=\"").Append(Quoted(subject)).Append('"');
        }

        if (selection.Has("received_sender"))
        {
            line.Append(" from <").Append(started.Sender).Append('>');
        }

        if (selection.Has("received_recipients"))
        {
            line.Append(" for");
            foreach (var entry in message.Journal)
            {
                Append(line, " ", (entry.Event as RecipientAccepted)?.Address);
            }
        }

        return line.ToString();
    }

    private static string? Signer(MailLogEntry.Accepted message)
    {
        foreach (var entry in message.Journal)
        {
            if (entry.Event is CheckCompleted { Check: "dkim", Domain: { } domain })
            {
                return domain;
            }
        }

        return null;
    }

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static void Append(StringBuilder line, string field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            line.Append(field).Append(value);
        }
    }
}
