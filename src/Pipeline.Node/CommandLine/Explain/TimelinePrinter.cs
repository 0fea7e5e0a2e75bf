using System.Globalization;
using Pipeline.Messages.Journal;

namespace Pipeline.Node.CommandLine.Explain;

/// <summary>Prints the journal of a message as a timeline: what concerns the whole message, then each recipient with its children.</summary>
internal static class TimelinePrinter
{
    /// <param name="recipient">Show only recipients whose address contains this; null for all.</param>
    /// <returns>False when no recipient matches.</returns>
    public static bool Print(TextWriter output, string id, IReadOnlyList<JournalEntry> journal, string? recipient)
    {
        var addresses = Addresses(journal);
        var wanted = addresses.Where(pair => recipient is null || pair.Value.Contains(recipient, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key).ToHashSet();
        if (recipient is not null && wanted.Count == 0)
        {
            return false;
        }

        var start = journal[0].At;
        output.WriteLine($"message {id}");
        output.WriteLine($"began   {EventText.Time(start)}");
        output.WriteLine();
        foreach (var entry in journal.Where(entry => entry.Event is not RecipientEvent || entry.Event is RecipientAccepted))
        {
            Line(output, start, entry, "");
        }

        foreach (var index in addresses.Keys.Where(wanted.Contains))
        {
            output.WriteLine();
            output.WriteLine($"recipient {index} <{addresses[index]}>");
            foreach (var entry in journal.Where(entry => entry.Event is RecipientEvent e and not RecipientAccepted && e.Recipient == index))
            {
                Line(output, start, entry, "  ");
            }
        }

        return true;
    }

    /// <summary>Addresses of recipients and of the children of redirections, by index.</summary>
    public static SortedDictionary<int, string> Addresses(IReadOnlyList<JournalEntry> journal)
    {
        var addresses = new SortedDictionary<int, string>();
        foreach (var entry in journal)
        {
            switch (entry.Event)
            {
                case RecipientAccepted e:
                    addresses[e.Recipient] = e.Address;
                    break;
                case RecipientRewritten e:
                    addresses[e.Recipient] = e.To;
                    break;
                case RecipientRedirected e:
                    foreach (var child in e.Children)
                    {
                        addresses[child.Index] = child.Address;
                    }

                    break;
            }
        }

        return addresses;
    }

    private static void Line(TextWriter output, DateTimeOffset start, JournalEntry entry, string indent)
    {
        var (name, text) = EventText.Of(entry.Event);
        var offset = (entry.At - start).TotalSeconds.ToString("+0.000", CultureInfo.InvariantCulture);
        output.WriteLine($"{indent}{offset,9}  {name,-14} {text}");
    }
}
