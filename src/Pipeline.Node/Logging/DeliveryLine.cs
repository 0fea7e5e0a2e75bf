using System.Globalization;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Messages.Journal;
using Pipeline.Policy.Configuration;
using static Pipeline.Node.Logging.LogField;

namespace Pipeline.Node.Logging;

/// <summary>Exim's lines for what becomes of recipients, and for the end of a message.</summary>
internal static class DeliveryLine
{
    /// <summary>Characters in front of the address, in the lines of recipients.</summary>
    public const int FlagLength = 3;

    /// <returns>Null for an event that Exim's log has no line for.</returns>
    public static string? Of(JournalEvent what, DateTimeOffset at, LoggedMessage message, LogSelection selection) => what switch
    {
        RecipientDelivered e => Delivered(e, at, message, selection),
        RecipientDeferred { Class: nameof(FailureClass.HostRetryTimeNotReached) } when !selection.Has("retry_defer") => null,
        RecipientDeferred e => Deferred(e, message, selection),
        RecipientPostponed e => Postponed(e, message, selection),
        MessagePostponed { Reason: { } reason } => selection.Has("delay_delivery") ? $"no immediate delivery: {reason}" : null,
        ProgramOutput e => $"{message[e.Recipient].Address}: {e.Transport} transport output: {e.Line}",
        RecipientFailed e => Failed(e, message, selection),
        FailureIgnored e => $"{message[e.Recipient].Address}: error ignored",
        RecipientRedirected { Children.IsEmpty: true } e => $"=> :blackhole: <{message.Top(e.Recipient)}> R={e.Router}",
        OperatorActed { Action: OperatorActed.Removed } e => $"removed by {e.By}",
        RecipientAdded e => $"recipient <{e.Address}> added by {e.By}",
        RecipientMarkedDelivered e => $"address <{message[e.Recipient].Address}> marked delivered by {e.By}",
        SenderChanged e => $"sender address changed to <{e.To}> by {e.By}",
        MessageFrozen { By: { } by } => $"frozen by {by}",
        MessageFrozen { Reason: MessageFrozen.DeliveryError } e => $"Frozen ({e.Reason})",
        MessageFrozen e => $"*** Frozen ({e.Reason})",
        MessageThawed { By: MessageThawed.ByAutoThaw or MessageThawed.ByErrorTimer or MessageThawed.ByDelivery } e => $"Unfrozen by {e.By}",
        MessageThawed e => $"unfrozen by {e.By}",
        MessageCancelled e => $"cancelled by {e.By}",
        MessageCompleted => "Completed" + QueueTime("queue_time_overall", at, message, selection),
        _ => null,
    };

    private static string Delivered(RecipientDelivered e, DateTimeOffset at, LoggedMessage message, LogSelection selection)
    {
        var recipient = message[e.Recipient];

        // A delivery that had no host was one to this machine: Exim shows its local part, and the address beside it.
        var shown = e.Host is null && recipient.Address.LastIndexOf('@') is var separator and > 0 ? recipient.Address[..separator] : recipient.Address;
        var line = Begin(e.Pretended == true ? "*>" : e.Additional == true ? "->" : "=>", shown, e.Recipient, message, selection);
        Append(line, " R=", recipient.Router);
        Append(line, " T=", e.Transport);
        Append(line, " S=", selection.Has("delivery_size") ? message.Size?.ToString(CultureInfo.InvariantCulture) : null);
        Append(line, " ST=", e.Shadow);
        if (e.Host is not null)
        {
            AppendHost(line, e.Host, e.Address);
            Append(line, ":", selection.Has("outgoing_port") ? e.Port?.ToString(CultureInfo.InvariantCulture) : null);
        }

        if (e.Reply is not null)
        {
            AppendDetail(line, e.Detail, selection);
        }

        line.Append(QueueTime("queue_time", at, message, selection));
        Append(line, " DT=", selection.Has("deliver_time") && recipient.TriedAt is { } tried ? LogTime.Of(at - tried) : null);
        return line.ToString();
    }

    private static string Deferred(RecipientDeferred e, LoggedMessage message, LogSelection selection)
    {
        var recipient = message[e.Recipient];
        var line = Begin("==", recipient.Address, e.Recipient, message, selection);
        Append(line, " R=", recipient.Router);
        Append(line, " T=", recipient.Transport);
        var (number, words) = ErrorNumber(e);
        line.Append(CultureInfo.InvariantCulture, $" defer ({number})");
        Append(line, ": ", words);
        AppendHost(line, e.Host, e.Address);
        if (e.Reason != words)
        {
            Append(line, ": ", e.Reason);
        }

        return line.ToString();
    }

    private static string Postponed(RecipientPostponed e, LoggedMessage message, LogSelection selection)
    {
        var line = Begin("==", message[e.Recipient].Address, e.Recipient, message, selection);
        Append(line, " R=", e.Router);
        Append(line, " T=", e.Transport);
        return line.Append(e.Reason switch
        {
            RecipientPostponed.Held => " defer (-23)",
            RecipientPostponed.InQueueDomains => " routing defer (-55)",
            _ => " defer (-1)",
        }).Append(": ").Append(e.Reason).ToString();
    }

    private static string Failed(RecipientFailed e, LoggedMessage message, LogSelection selection)
    {
        var recipient = message[e.Recipient];
        var line = Begin("**", recipient.Address, e.Recipient, message, selection);
        Append(line, " R=", recipient.Router);
        Append(line, " T=", recipient.Transport);
        AppendHost(line, e.Host, e.Address);
        Append(line, ": ", e.Reason);
        return line.ToString();
    }

    /// <summary>What the connector says of a session: PRX=, X=, CV=, A= and the like, which are words, and DN= and C= in quotes.</summary>
    private static void AppendDetail(StringBuilder line, string detail, LogSelection selection)
    {
        foreach (var word in Words(detail))
        {
            Append(line, " ", SelectorOf(word) is not { } selector || selection.Has(selector) ? word : null);
        }
    }

    /// <summary>Parts at blanks, save those between quotes; a backslash there takes a quote its meaning.</summary>
    private static IEnumerable<string> Words(string detail)
    {
        var (start, quoted) = (0, false);
        for (var i = 0; i <= detail.Length; i++)
        {
            if (i < detail.Length && (quoted || detail[i] != ' '))
            {
                quoted ^= detail[i] == '"';
                i += quoted && detail[i] == '\\' ? 1 : 0;
                continue;
            }

            if (i > start)
            {
                yield return detail[start..Math.Min(i, detail.Length)];
            }

            start = i + 1;
        }
    }

    /// <summary>The selector that has a word of a session shown; null for one that always is.</summary>
    private static string? SelectorOf(string word) => word == "L*" ? "pipelining" : word[..(word.IndexOf('=', StringComparison.Ordinal) + 1)] switch
    {
        "PRX=" => "proxy",
        "X=" => "tls_cipher",
        "CV=" => "tls_certificate_verified",
        "DN=" => "tls_peerdn",
        "C=" => "smtp_confirmation",
        _ => null,
    };

    private static StringBuilder Begin(string flag, string shown, int index, LoggedMessage message, LogSelection selection)
    {
        var line = new StringBuilder(flag).Append(' ').Append(shown);
        var descent = message.Descent(index);
        if (descent.Count > 2 && selection.Has("all_parents"))
        {
            line.Append(" (").AppendJoin(", ", descent.Skip(1).SkipLast(1)).Append(')');
        }

        if (descent[^1] != shown)
        {
            line.Append(" <").Append(descent[^1]).Append('>');
        }

        if (selection.Has("sender_on_delivery") && message.Sender is { } sender)
        {
            line.Append(" F=<").Append(sender).Append('>');
        }

        Append(line, " Q=", message.Queue);
        if (selection.Has("return_path_on_delivery") && (message[index].ReturnPath ?? message.Sender) is { } path)
        {
            line.Append(" P=<").Append(path).Append('>');
        }

        return line;
    }

    private static void AppendHost(StringBuilder line, string? host, string? address)
    {
        Append(line, " H=", host);
        if (host is not null && address is not null)
        {
            line.Append(" [").Append(address).Append(']');
        }
    }

    /// <summary>The number in the parentheses: the system's for connections, else one of Exim's own, which are negative (those of 4.92).</summary>
    private static (int Number, string? Words) ErrorNumber(RecipientDeferred e) => Enum.TryParse<FailureClass>(e.Class, out var failure)
        ? failure switch
        {
            FailureClass.ConnectionRefused => (111, "Connection refused"),
            FailureClass.ConnectionTimeout when e.Reason == "No route to host" => (113, e.Reason),
            FailureClass.ConnectionTimeout when e.Reason == "Network is unreachable" => (101, e.Reason),
            FailureClass.ConnectionTimeout or FailureClass.Timeout => (110, "Connection timed out"),
            FailureClass.Quota => (-22, null),
            FailureClass.Lookup when e.Reason.StartsWith("host lookup", StringComparison.Ordinal) => (-36, null),
            FailureClass.TlsFailed => (-37, null),
            FailureClass.TlsRequired => (-38, null),
            FailureClass.AuthFailed => (-42, null),
            FailureClass.Rcpt4xx => (-44, null),
            FailureClass.Mail4xx => (-45, null),
            FailureClass.Data4xx => (-46, null),
            FailureClass.HostRetryTimeNotReached => (-53, null),
            _ => (-1, null),
        }
        : (-1, null);

    private static string QueueTime(string selector, DateTimeOffset at, LoggedMessage message, LogSelection selection) =>
        selection.Has(selector) && (selection.Has("queue_time_exclusive") ? message.ReceivedAt : message.Began ?? message.ReceivedAt) is { } received ? $" QT={LogTime.Of(at - received)}" : "";
}
