using Pipeline.Kernel.Actor;

namespace Pipeline.Kernel.Inspection;

/// <summary>
/// Looks at a running actor system from outside, on any thread, without a message to those that are looked at and without cost to them: what is shown
/// is kept anyway. For hosts, never for actors.
/// </summary>
public static class ActorInspection
{
    /// <summary>Longer mailboxes are reported as this long.</summary>
    public const int MailboxCountLimit = 10_000;

    /// <summary>More actors than these are not counted by <see cref="Survey"/>.</summary>
    public const int SurveyLimit = 200_000;

    /// <summary>The actor at a path, with its descendants, nearest first.</summary>
    /// <param name="system">Where to look.</param>
    /// <param name="path">As in <see cref="ActorSnapshot.Path"/>; <c>/</c> for everything.</param>
    /// <param name="depth">Levels below it; 0 for the actor alone.</param>
    /// <param name="limit">Actors in all, at most; the rest is seen in the counts of children.</param>
    /// <returns>Null when nobody is there.</returns>
    public static ActorSnapshot? Inspect(this ActorSystem system, string path, int depth, int limit)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(path);
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        LocalActorRef[] guardians = system.Guardians;
        if (names.Length > 0)
        {
            return Find(guardians, names) is { } found ? new InspectionTree(depth, limit).Look([found])[0] : null;
        }

        return new ActorSnapshot
        {
            Path = "/",
            Name = system.Name,
            Type = nameof(ActorSystem),
            State = system.WhenTerminated.IsCompleted ? ActorState.Stopped : ActorState.Running,
            MailboxLength = 0,
            Restarts = 0,
            Age = system.Uptime,
            ChildCount = guardians.Length,
            Children = depth > 0 ? new InspectionTree(depth - 1, limit).Look(guardians) : [],
        };
    }

    /// <summary>Counts the actors of a system by type.</summary>
    public static ActorSystemSnapshot Survey(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        SortedDictionary<string, int> types = new(StringComparer.Ordinal);
        Stack<LocalActorRef> left = new(system.Guardians);
        int count = 0;
        while (count < SurveyLimit && left.TryPop(out LocalActorRef? actor))
        {
            count++;
            string type = actor.Cell.Props.Type.Name;
            types[type] = types.GetValueOrDefault(type) + 1;
            foreach (ChildStats child in actor.Cell.ChildrenSnapshot())
            {
                left.Push(child.Ref);
            }
        }

        return new ActorSystemSnapshot(
            system.Name, system.Uptime, types, count, left.Count > 0, ThreadPool.PendingWorkItemCount, system.DeadLetterOffice.Count);
    }

    /// <summary>Asks an actor about itself: the question waits for the actor's turn, before user messages, so that it may read its own state.</summary>
    /// <param name="describe">Runs on the actor's turn with its instance; must not change it, nor wait.</param>
    /// <returns>Null when nobody is there, when the actor has no instance now, or when <paramref name="describe"/> has nothing to say or fails.</returns>
    /// <exception cref="TimeoutException">The actor took no turn in that time: it is in a handler that does not end.</exception>
    public static async Task<string?> DescribeAsync(
        this ActorSystem system, string path, Func<object, string?> describe, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(path);
        if (Find(system.Guardians, path.Split('/', StringSplitOptions.RemoveEmptyEntries)) is not { } actor)
        {
            return null;
        }

        var question = new Describe(describe);
        actor.SendSystem(question);
        return await question.Answer.WaitAsync(timeout, system.Time, cancellationToken);
    }

    private static LocalActorRef? Find(LocalActorRef[] guardians, string[] names)
    {
        if (names.Length == 0)
        {
            return null;
        }

        LocalActorRef? actor = Array.Find(guardians, guardian => guardian.Path.Name == names[0]);
        for (int i = 1; i < names.Length && actor is not null; i++)
        {
            actor = actor.Cell.Child(names[i]) as LocalActorRef;
        }

        return actor;
    }
}
