using System.Globalization;
using System.Text;
using Pipeline.Actors;
using Pipeline.Actors.Receipt;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using static Pipeline.Node.Logging.LogField;

namespace Pipeline.Node.Logging;

/// <summary>Exim's line for a message that was accepted (<c>&lt;=</c>; <c>(=</c> when its client was told that it was not).</summary>
internal static class ArrivalLine
{
    /// <summary>Characters in front of the sender.</summary>
    public const int FlagLength = 3;

    public static string Of(
        TransactionStarted started,
        DateTimeOffset began,
        MessageAccepted accepted,
        MailLogEntry.Accepted message,
        LoggedMessage known,
        LogSelection selection,
        string localUser)
    {
        var client = started.Client;
        var line = new StringBuilder(accepted.Pretence is ['5', ..] ? "(= " : "<= ").Append(string.IsNullOrEmpty(known.Sender) ? "<>" : known.Sender);
        Append(line, " R=", message.About?.ToString() ?? client.Reference);
        if (client.Address is { } address)
        {
            line.Append(' ').Append(LogText.Host(client.Name, client.Helo, address));
            if (selection.Has("incoming_port"))
            {
                line.Append(CultureInfo.InvariantCulture, $":{client.Port}");
            }

            Append(line, " Ci=", selection.Has("connection_id") ? client.ConnectionId : null);
            if (selection.Has("incoming_interface") && client.LocalAddress is { } local)
            {
                line.Append(CultureInfo.InvariantCulture, $" I=[{local}]:{client.LocalPort}");
            }
        }

        Append(line, " U=", client.Ident ?? (client.Address is null ? localUser : null));

        Append(line, " PRX=", selection.Has("proxy") ? client.Proxy : null);
        line.Append(" P=").Append(client.Protocol);
        if (selection.Has("pipelining") && accepted.Pipelined is { } pipelined)
        {
            line.Append(pipelined ? " L" : " L-").Append(accepted.BeganEarly switch { true => "*", false => ".", _ => "" });
        }

        Append(line, " X=", selection.Has("tls_cipher") ? client.TlsCipher : null);
        Append(line, " CV=", selection.Has("tls_certificate_verified") && client.TlsVerified is { } verified ? verified ? "yes" : "no" : null);
        Append(line, " DN=", selection.Has("tls_peerdn") && client.TlsPeer is { } peer ? $"\"{Quoted(peer)}\"" : null);
        Append(line, " SNI=", selection.Has("tls_sni") && client.TlsServerName is { } name ? $"\"{Quoted(name)}\"" : null);
        if (client.AuthenticatedId is not null || client.Authenticator is not null)
        {
            line.Append(" A=").Append(client.Authenticator);
            Append(line, ":", client.AuthenticatedId);
            Append(line, ":", selection.Has("smtp_mailauth") ? accepted.AuthenticatedSender : null);
        }

        line.Append(accepted.Prdr == true ? " PRDR" : "");
        line.Append(CultureInfo.InvariantCulture, $" S={accepted.Size}");
        Append(line, " M8S=", selection.Has("8bitmime") ? accepted.BodyBits?.ToString(CultureInfo.InvariantCulture) : null);
        Append(line, " DKIM=", selection.Has("dkim") ? Signer(message) : null);
        line.Append(selection.Has("dkim") && message.Journal.Any(entry => entry.Event is CheckCompleted { Check: ActorNames.Arc, Result: "pass" }) ? " ARC" : "");
        Append(line, " RT=", selection.Has("receive_time") ? LogTime.Of(known.ReceivedAt.GetValueOrDefault(began) - began) : null);
        Append(line, " Q=", message.Queue);
        if (message.MessageIdField is { } id && selection.Has("msg_id"))
        {
            if (!IsOurs(id, message))
            {
                line.Append(" id=").Append(id);
            }
            else if (selection.Has("msg_id_created"))
            {
                line.Append(" id*=").Append(id);
            }
        }

        if (selection.Has("subject") && message.Subject is { } subject)
        {
            line.Append(" T=\"").Append(Quoted(subject)).Append('"');
        }

        if (selection.Has("received_sender"))
        {
            line.Append(" from <").Append(known.Sender).Append('>');
        }

        if (selection.Has("received_recipients"))
        {
            line.Append(" for");
            foreach (var entry in message.Journal)
            {
                if (entry.Event is RecipientAccepted recipient && known.Knows(recipient.Recipient))
                {
                    Append(line, " ", known[recipient.Recipient].Address);
                }
            }
        }

        return line.ToString();
    }

    /// <summary>The message came without an id, and was given one.</summary>
    private static bool IsOurs(string field, MailLogEntry.Accepted message) =>
        field.StartsWith($"E{message.Id}", StringComparison.Ordinal) && field.AsSpan(message.Id.ToString().Length + 1) is ['@' or '.', ..];

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
}
