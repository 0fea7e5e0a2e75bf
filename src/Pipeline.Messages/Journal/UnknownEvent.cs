namespace Pipeline.Messages.Journal;

/// <summary>An event that a newer version wrote: kept as it was, so that an older node can read, show and pass on the journal.</summary>
/// <param name="Manifest">The type discriminator that this version does not know.</param>
/// <param name="Json">The event's JSON object.</param>
public sealed record UnknownEvent(string Manifest, string Json) : JournalEvent;
