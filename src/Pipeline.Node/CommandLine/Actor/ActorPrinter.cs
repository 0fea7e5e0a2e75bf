using System.Globalization;
using Pipeline.Kernel.Inspection;
using Pipeline.Node.Admin;

namespace Pipeline.Node.CommandLine.Actor;

/// <summary>Prints actors for people.</summary>
internal static class ActorPrinter
{
    public static void PrintTree(TextWriter output, ActorSnapshot root)
    {
        output.WriteLine(Line(root.Path == "/" ? root.Name : root.Path, root));
        PrintChildren(output, root, "");
    }

    public static void PrintSystem(TextWriter output, ActorSystemSnapshot system)
    {
        output.WriteLine($"system            {system.Name}");
        output.WriteLine($"uptime            {Duration(system.Uptime)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"actors            {system.Actors}{(system.MoreActors ? " and more" : "")}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"dispatcher queue  {system.DispatcherQueueLength}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"dead letters      {system.DeadLetters}"));
        output.WriteLine();
        foreach (var (type, count) in system.ActorsByType.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,8}  {type}"));
        }
    }

    public static void PrintInspected(TextWriter output, InspectedActor inspected)
    {
        var actor = inspected.Actor;
        output.WriteLine($"path      {actor.Path}");
        output.WriteLine($"type      {actor.Type}");
        output.WriteLine($"state     {State(actor)}");
        output.WriteLine($"age       {Duration(actor.Age)}");
        output.WriteLine($"mailbox   {Mailbox(actor)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"restarts  {actor.Restarts}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"children  {actor.ChildCount}"));
        PrintChildren(output, actor, "  ");
        if (inspected.Silent)
        {
            output.WriteLine("says      nothing: it took no turn while it was asked; a handler does not end");
        }
        else if (inspected.Description is { } description)
        {
            output.WriteLine($"says      {description}");
        }
    }

    private static void PrintChildren(TextWriter output, ActorSnapshot actor, string indent)
    {
        var more = actor.ChildCount - actor.Children.Count;
        for (var i = 0; i < actor.Children.Count; i++)
        {
            var isLast = i == actor.Children.Count - 1 && more <= 0;
            output.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{Line(actor.Children[i].Name, actor.Children[i])}");
            PrintChildren(output, actor.Children[i], $"{indent}{(isLast ? "   " : "│  ")}");
        }

        if (more > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{indent}└─ … and {more} {(actor.Children.Count > 0 ? "more" : "below")}"));
        }
    }

    /// <summary>Name and type; the rest only where it is out of the ordinary.</summary>
    private static string Line(string name, ActorSnapshot actor)
    {
        List<string> notes = [actor.Type];
        if (actor.State != ActorState.Running)
        {
            notes.Add(State(actor));
        }

        if (actor.MailboxLength > 0)
        {
            notes.Add($"{Mailbox(actor)} waiting");
        }

        if (actor.Restarts > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{actor.Restarts} restarts"));
        }

        return $"{name}  {string.Join(", ", notes)}";
    }

    private static string State(ActorSnapshot actor) => actor.State.ToString().ToLowerInvariant();

    private static string Mailbox(ActorSnapshot actor) =>
        string.Create(CultureInfo.InvariantCulture, $"{actor.MailboxLength}{(actor.MailboxLength >= ActorInspection.MailboxCountLimit ? " or more" : "")}");

    private static string Duration(TimeSpan span) => span.TotalDays >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{span.Days}d {span:hh\\:mm\\:ss}")
        : span.TotalMinutes >= 1 ? span.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0}s");
}
