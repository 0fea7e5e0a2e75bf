using System.CommandLine;
using System.Text.Json;
using Pipeline.Mail.Message;
using Pipeline.Node.Admin;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Queue;

/// <summary>The commands <c>queue list</c>, <c>queue show</c>, and one for each of <see cref="MessageOrders"/>.</summary>
internal static class QueueCommand
{
    public static Command Create() => new("queue", "Look at the queue and change it")
    {
        List(), Show(), Order(MessageOrders.Remove, "Take messages out of the queue"), Order(MessageOrders.Retry, "Try messages now"),
        Order(MessageOrders.Freeze, "Have nothing tried for messages until they are thawed"), Order(MessageOrders.Thaw, "Try frozen messages again"),
        Order(MessageOrders.GiveUp, "Have every waiting recipient of messages fail, and their senders told"),
        Order(MessageOrders.MarkAllDelivered, "Try nothing more for messages, and tell nobody"),
        Edit(MessageOrders.MarkDelivered, "Try nothing more for recipients of a message", "Recipients of the message"),
        Edit(MessageOrders.AddRecipients, "Add recipients to a message", "Recipients to add"),
        Edit(MessageOrders.ChangeSender, "Give a message another envelope sender", "The sender; <> for the null sender"),
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

    private static Command Order(string name, string description)
    {
        var ids = new Argument<string[]>("ID") { Description = "Message ids", Arity = ArgumentArity.OneOrMore };
        return Order(new Command(name, description) { ids }, parsed => (parsed.GetValue(ids)!, []));
    }

    private static Command Edit(string name, string description, string which)
    {
        var id = new Argument<string>("ID") { Description = "Message id" };
        var addresses = new Argument<string[]>("ADDRESS") { Description = which, Arity = ArgumentArity.OneOrMore };
        return Order(new Command(name, description) { id, addresses }, parsed => ([parsed.GetValue(id)!], parsed.GetValue(addresses)!));
    }

    private static Command Order(Command command, Func<ParseResult, (string[] Ids, string[] Addresses)> operands)
    {
        var common = new CommonOptions();
        var address = new NodeAddressOptions();
        common.AddTo(command);
        address.AddTo(command);
        command.SetAction((parsed, token) => StoreAccess.OrderAsync(common, address, parsed, async (node, output, cancellationToken) =>
        {
            var failed = false;
            var (ids, addresses) = operands(parsed);
            foreach (var id in ids)
            {
                var result = await node.OrderAsync(id, command.Name, addresses, cancellationToken);
                await output.WriteLineAsync($"{id}: {result.Text}");
                failed |= !result.Done;
            }

            return failed ? ExitCodes.Failure : ExitCodes.Success;
        }, token));
        return command;
    }
}
