using Pipeline.Policy.Callers;

namespace Pipeline.Actors.Receipt;

/// <summary>The user of this machine who has written a message, as far as anybody can tell.</summary>
/// <param name="Name">The real name for fields that are added; octets, empty for none.</param>
internal sealed record LocalAuthor(Caller Caller, string Name);
