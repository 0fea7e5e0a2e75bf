using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Node.Admin;

namespace Pipeline.Node.CommandLine.Actor;

/// <summary>The commands <c>actor hierarchy</c>, <c>actor system</c> and <c>actor inspect</c>: what a running node's actors are at.</summary>
internal static class ActorCommand
{
    private const int DefaultDepth = 3;
    private const int DefaultLimit = 200;

    public static Command Create() => new("actor", "Look at the actors of a running node") { Hierarchy(), System(), Inspect() };

    private static Command Hierarchy()
    {
        var path = new Argument<string>("PATH") { Description = "Where to begin; default: /", DefaultValueFactory = _ => "/" };
        var depth = new Option<int>("--depth") { Description = "Levels below it", DefaultValueFactory = _ => DefaultDepth };
        var limit = new Option<int>("--limit") { Description = "Actors in all, at most", DefaultValueFactory = _ => DefaultLimit };
        var command = new Command("hierarchy", "Print the tree of actors") { path, depth, limit };
        return Speak(
            command,
            (node, parsed, token) => node.ActorsAsync(parsed.GetValue(path)!, parsed.GetValue(depth), parsed.GetValue(limit), token),
            AdminJson.Default.ActorSnapshot,
            ActorPrinter.PrintTree);
    }

    private static Command System() => Speak(
        new Command("system", "Print uptime, actors by type, dispatcher queue and dead letters"),
        (node, _, token) => node.ActorSystemAsync(token),
        AdminJson.Default.ActorSystemSnapshot,
        ActorPrinter.PrintSystem);

    private static Command Inspect()
    {
        var actor = new Argument<string>("PATH|MESSAGE-ID") { Description = "An actor's path, or the id of a message that is under way" };
        var command = new Command("inspect", "Print one actor: its mailbox, its age, and what it says it waits for") { actor };
        return Speak(
            command,
            (node, parsed, token) => node.InspectActorAsync(parsed.GetValue(actor)!, token),
            AdminJson.Default.InspectedActor,
            ActorPrinter.PrintInspected);
    }

    /// <summary>Lets a command ask a node for one thing and print it, for people or for programs.</summary>
    private static Command Speak<T>(
        Command command, Func<AdminClient, ParseResult, CancellationToken, Task<T>> ask, JsonTypeInfo<T> json, Action<TextWriter, T> print)
    {
        var common = new CommonOptions();
        var address = new NodeAddressOptions();
        common.AddTo(command, json: true);
        address.AddTo(command);
        command.SetAction((parsed, token) => StoreAccess.OrderAsync(common, address, parsed, async (node, output, cancellationToken) =>
        {
            var answer = await ask(node, parsed, cancellationToken);
            if (parsed.GetValue(common.Json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, json));
            }
            else
            {
                print(output, answer);
            }

            return ExitCodes.Success;
        }, token));
        return command;
    }
}
