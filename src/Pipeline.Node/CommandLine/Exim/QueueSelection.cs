using System.Text.RegularExpressions;
using Pipeline.Mail.Message;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>The messages that a queue run is about: <c>-q</c> and its letters, <c>-q ID ID</c>, <c>-R</c>, <c>-S</c>.</summary>
internal sealed record QueueSelection
{
    /// <summary>Those whose time has come.</summary>
    public static QueueSelection Due { get; } = new();

    /// <summary>Messages with a smaller id are left out; null for none.</summary>
    public MessageId? First { get; init; }

    /// <summary>Messages with a greater id are left out; null for none.</summary>
    public MessageId? Last { get; init; }

    /// <summary>Only messages with a recipient that waits and fits (<c>-R</c>); null for all.</summary>
    public AddressText? Recipient { get; init; }

    /// <summary>Only messages whose sender fits (<c>-S</c>); null for all.</summary>
    public AddressText? Sender { get; init; }

    /// <summary>Only messages that have not been tried yet (<c>i</c>).</summary>
    public bool Untried { get; init; }

    /// <summary>Messages that are not due too (<c>f</c>).</summary>
    public bool NotDue { get; init; }

    /// <summary>Frozen messages too (<c>ff</c>).</summary>
    public bool Frozen { get; init; }

    /// <summary>Whether it is a run of everything that is due, which a node makes by itself.</summary>
    public bool IsDue => this == Due;

    /// <summary>Whether it is a run of the whole queue, though it may reach messages that are not due.</summary>
    public bool IsWhole => this with { NotDue = false, Frozen = false } == Due;

    public bool Includes(QueuedMessage message, DateTimeOffset now)
    {
        var waiting = message.Recipients.Where(static recipient => recipient.Status == RecipientStatus.Queued).ToArray();
        return (First is not { } first || message.Id >= first)
            && (Last is not { } last || message.Id <= last)
            && (Frozen || !QueuePrinter.IsFrozen(message))
            && (NotDue || waiting.Any(recipient => recipient.DueAt <= now || recipient.AwaitsQueueRun))
            && (!Untried || message.Recipients.All(static recipient => recipient is { Attempts: 0, FirstFailedAt: null, Status: RecipientStatus.Queued }))
            && (Recipient is null || waiting.Any(recipient => Recipient.Fits(recipient.Address.ToString())))
            && (Sender is null || Sender.Fits(message.Sender.ToString()));
    }

    /// <summary>What an address is to contain, upper and lower case alike; with <c>r</c> a regular expression that it is to match.</summary>
    public sealed record AddressText(string Text, Regex? Pattern)
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        /// <exception cref="ArgumentException">It is no regular expression.</exception>
        public static AddressText Of(string text, bool isPattern) =>
            new(text, isPattern ? new Regex(text, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience) : null);

        /// <exception cref="RegexMatchTimeoutException">The expression takes too long.</exception>
        public bool Fits(string address) => Pattern?.IsMatch(address) ?? address.Contains(Text, StringComparison.OrdinalIgnoreCase);
    }
}
