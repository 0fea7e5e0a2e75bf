using System.CommandLine;
using System.Text.Json;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>The commands <c>queue list</c>, <c>queue show</c>, <c>queue remove</c>, <c>queue retry</c>, <c>queue freeze</c> and <c>queue thaw</c>.</summary>
internal static class QueueCommand
{
    public static Command Create() => new("queue", "Look at the queue and change it")
    {
        List(), Show(), Order("remove", "Take messages out of the queue"), Order("retry", "Try messages now"),
        Order("freeze", "Have nothing tried for messages until they are thawed"), Order("thaw", "Try frozen messages again"),
    };

    private static Command List()
    {
        var common = new CommonOptions();
        var sender = new Option<string?>("--sender") { Description = "Only messages whose sender contains this" };
        var recipient = new Option<string?>("--recipient") { Description = "Only messages with a recipient that contains this" };
        var queue = new Option<string?>("--queue") { Description = "Only messages of this named queue; \"\" for those of the default one" };
        var limit = new Option<int>("--limit") { Description = "How many at the most, oldest first", DefaultValueFactory = _ => 10_000 };
        var command = new Command("list", "List the queue, in the form of exim -bp") { sender, recipient, queue, limit };
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => StoreAccess.ReadAsync(common, parsed, async (store, output, cancellationToken) =>
        {
            var messages = await store.ListAsync(
                new QueueQuery(parsed.GetValue(limit), parsed.GetValue(sender), parsed.GetValue(recipient), parsed.GetValue(queue)), cancellationToken);
            if (parsed.GetValue(common.Json))
            {
                foreach (var message in messages)
                {
                    await output.WriteLineAsync(JsonSerializer.Serialize(QueueJson.Of(message), QueueJsonContext.Default.QueuedMessageJson));
                }
            }
            else
            {
                QueuePrinter.Print(output, messages, TimeProvider.System.GetUtcNow());
            }

            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static Command Show()
    {
        var common = new CommonOptions();
        var id = new Argument<string>("ID") { Description = "Message id" };
        var body = new Option<bool>("--body") { Description = "Print the body too" };
        var command = new Command("show", "Show the envelope, the recipients and the header of a queued message") { id, body };
        common.AddTo(command);
        command.SetAction((parsed, token) => StoreAccess.ReadAsync(common, parsed, async (store, output, cancellationToken) =>
        {
            if (!MessageId.TryCreate(parsed.GetValue(id), out var message) || await store.ReadAsync(message, cancellationToken) is not { } stored)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{parsed.GetValue(id)}: no such message in the queue");
                return ExitCodes.Failure;
            }

            await MessagePrinter.PrintAsync(output, stored, parsed.GetValue(body), cancellationToken);
            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static Command Order(string action, string description)
    {
        var common = new CommonOptions();
        var address = new NodeAddressOptions();
        var ids = new Argument<string[]>("ID") { Description = "Message ids", Arity = ArgumentArity.OneOrMore };
        var command = new Command(action, description) { ids };
        common.AddTo(command);
        address.AddTo(command);
        command.SetAction((parsed, token) => StoreAccess.OrderAsync(common, address, parsed, async (node, output, cancellationToken) =>
        {
            var failed = false;
            foreach (var id in parsed.GetValue(ids)!)
            {
                var result = await node.OrderAsync(id, action, cancellationToken);
                await output.WriteLineAsync($"{id}: {result.Text}");
                failed |= !result.Done;
            }

            return failed ? ExitCodes.Failure : ExitCodes.Success;
        }, token));
        return command;
    }
}
