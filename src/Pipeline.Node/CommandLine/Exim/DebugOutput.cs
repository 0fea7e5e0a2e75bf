using System.Globalization;
using Pipeline.Node.CommandLine.Explain;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Writes what <c>-d</c> asks for to the error output, while it happens.</summary>
internal sealed class DebugOutput(DebugSelection selection, TextWriter errors, TimeProvider time) : IPolicyTrace
{
    private readonly Lock _gate = new();

    public PolicyTopics Topics => selection.Topics;

    public void Write(PolicyTopics topic, string line) => Write(OctetString.ToText(line));

    /// <summary>What has happened to a message since a time.</summary>
    public async Task WriteJournalAsync(IMessageStore store, Mail.Message.MessageId id, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (!selection.Deliveries)
        {
            return;
        }

        foreach (var (_, at, what) in await store.ReadJournalAsync(id, cancellationToken))
        {
            if (at >= since)
            {
                var (name, text) = EventText.Of(what);
                Write($"{id} {name}: {text}");
            }
        }
    }

    private void Write(string line)
    {
        // Checks write beside the session.
        lock (_gate)
        {
            errors.WriteLine(selection.Timestamps ? string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():HH:mm:ss} {line}") : line);
        }
    }
}
