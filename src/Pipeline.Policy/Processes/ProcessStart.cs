using System.Collections.Immutable;

namespace Pipeline.Policy.Processes;

/// <summary>A program to run, with all that it sees. Strings hold one char for each octet.</summary>
public sealed record ProcessStart
{
    /// <summary>The program's absolute path, and what is handed to it.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public string Directory { get; init; } = "/";

    /// <summary>Permission bits that files made by the program do not get; null for those of this process.</summary>
    public int? Umask { get; init; }
}
