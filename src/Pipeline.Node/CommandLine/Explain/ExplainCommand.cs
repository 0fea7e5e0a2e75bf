using System.CommandLine;
using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Explain;

/// <summary>The command <c>explain</c>: everything that happened to a message, accepted or refused, with times and reasons.</summary>
internal static class ExplainCommand
{
    private const int MaxListed = 50;

    public static Command Create()
    {
        var common = new CommonOptions();
        var id = new Argument<string?>("ID") { Description = "Message id, as in \"250 OK id=…\", the log or the queue list; without it, --sender or --recipient find messages", Arity = ArgumentArity.ZeroOrOne };
        var recipient = new Argument<string?>("RECIPIENT") { Description = "Only recipients whose address contains this", Arity = ArgumentArity.ZeroOrOne };
        var sender = new Option<string?>("--sender") { Description = "List messages whose sender contains this" };
        var to = new Option<string?>("--recipient") { Description = "List messages with a recipient that contains this" };
        var command = new Command("explain", "Tell what happened to a message, step by step") { id, recipient, sender, to };
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => StoreAccess.ReadAsync(common, parsed, async (store, output, cancellationToken) =>
        {
            if (parsed.GetValue(id) is not { } text)
            {
                return await FindAsync(store, output, parsed.GetValue(sender), parsed.GetValue(to), cancellationToken);
            }

            var journal = MessageId.TryCreate(text, out var message) ? await store.ReadJournalAsync(message, cancellationToken) : [];
            if (journal.IsEmpty)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: nothing is known of such a message");
                return ExitCodes.Failure;
            }

            if (parsed.GetValue(common.Json))
            {
                await output.WriteLineAsync(Encoding.UTF8.GetString(TimelineJson.Write(text, journal, parsed.GetValue(recipient))));
                return ExitCodes.Success;
            }

            if (!TimelinePrinter.Print(output, text, journal, parsed.GetValue(recipient)))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{text}: no recipient matches \"{parsed.GetValue(recipient)}\"");
                return ExitCodes.Failure;
            }

            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static async Task<int> FindAsync(IMessageStore store, TextWriter output, string? sender, string? recipient, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(new JournalQuery(sender, recipient, null, null, MaxListed), cancellationToken);
        foreach (var id in found)
        {
            var journal = await store.ReadJournalAsync(id, cancellationToken);
            var from = journal.Select(entry => entry.Event).OfType<TransactionStarted>().FirstOrDefault()?.Sender ?? "";
            await output.WriteLineAsync($"{EventText.Time(journal[0].At)}  {id}  <{from}>  {EventText.Of(journal[^1].Event).Name}");
        }

        return found.IsEmpty ? ExitCodes.Failure : ExitCodes.Success;
    }
}
