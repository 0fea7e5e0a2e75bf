using System.Globalization;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>Prints the queue in Exim's form (<c>-bp</c>), which other programs read.</summary>
/// <remarks>Age in minutes, from 90 minutes in hours, from 72 hours in days; size; id; sender; then each recipient that is not done, done ones marked D.</remarks>
internal static class QueuePrinter
{
    public static void Print(
        TextWriter output, IEnumerable<QueuedMessage> messages, DateTimeOffset now, QueueRecipients show = QueueRecipients.Envelope)
    {
        foreach (var message in messages)
        {
            if (show == QueueRecipients.None)
            {
                output.WriteLine(message.Id);
                continue;
            }

            output.WriteLine($"{Age(now - message.ReceivedAt)} {Size(message.Size)} {message.Id} <{message.Sender}>{(IsFrozen(message) ? " *** frozen ***" : "")}");
            var open = OpenRecipients.Of(message.Recipients);
            foreach (var recipient in message.Recipients)
            {
                if (Mark(recipient, open.Contains(recipient.Index), show) is { } mark)
                {
                    output.WriteLine($"       {mark} {recipient.Address}");
                }
            }

            output.WriteLine();
        }
    }

    public static bool IsFrozen(QueuedMessage message) => message.Recipients.Any(static recipient => recipient is { Status: RecipientStatus.Queued, IsFrozen: true });

    private static string? Mark(RecipientState recipient, bool open, QueueRecipients show) => (recipient.Parent < 0, open) switch
    {
        (true, true) => "  ",
        (true, false) => show == QueueRecipients.Undelivered ? null : " D",
        (false, false) when show == QueueRecipients.WithDeliveredChildren => "+D",
        _ => null,
    };

    /// <summary>Three columns: a number and m, h or d.</summary>
    internal static string Age(TimeSpan age)
    {
        var minutes = Math.Max(0, (long)age.TotalMinutes);
        return minutes <= 90 ? $"{minutes,2}m"
            : minutes <= 72 * 60 ? $"{minutes / 60,2}h"
            : $"{minutes / (24 * 60),2}d";
    }

    /// <summary>Five columns: octets, or thousands and millions (of 1024) with one decimal below ten.</summary>
    internal static string Size(long octets)
    {
        var text = octets < 1024 ? octets.ToString(CultureInfo.InvariantCulture)
            : octets < 10 * 1024 ? string.Create(CultureInfo.InvariantCulture, $"{octets / 1024.0:0.0}K")
            : octets < 1024 * 1024 ? string.Create(CultureInfo.InvariantCulture, $"{(octets + 512) / 1024}K")
            : octets < 10 * 1024 * 1024 ? string.Create(CultureInfo.InvariantCulture, $"{octets / 1048576.0:0.0}M")
            : string.Create(CultureInfo.InvariantCulture, $"{(octets + 524288) / 1048576}M");
        return text.PadLeft(5);
    }
}
