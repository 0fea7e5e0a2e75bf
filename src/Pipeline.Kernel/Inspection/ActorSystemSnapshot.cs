namespace Pipeline.Kernel.Inspection;

/// <summary>Counts over a whole actor system.</summary>
/// <param name="Uptime">Since the system was made.</param>
/// <param name="ActorsByType">Living actors by class.</param>
/// <param name="Actors">Their sum.</param>
/// <param name="MoreActors">The system has more actors than are counted at a time.</param>
/// <param name="DispatcherQueueLength">Mailboxes, and any other work of the process, that wait for a thread.</param>
/// <param name="DeadLetters">Messages that reached no actor and were not suppressed, since the start.</param>
public sealed record ActorSystemSnapshot(
    string Name, TimeSpan Uptime, IReadOnlyDictionary<string, int> ActorsByType, int Actors, bool MoreActors, long DispatcherQueueLength, long DeadLetters);
