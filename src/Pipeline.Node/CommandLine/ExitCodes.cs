namespace Pipeline.Node.CommandLine;

/// <summary>What the commands of <c>mailpipeline</c> return. Exim's flags have Exim's own codes.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command was understood and could not be carried out.</summary>
    public const int Failure = 1;

    /// <summary>The command line, the configuration or the input cannot be used.</summary>
    public const int Unusable = 2;

    /// <summary>What was asked and the database do not agree: a node's own view of itself is another one.</summary>
    public const int Differs = 2;

    /// <summary>It was done, and part of the cluster has not followed yet.</summary>
    public const int Partly = 3;

    /// <summary>An operator put the node out of its cluster (<c>cluster down</c> or <c>leave</c>): it must not be started again by itself.</summary>
    public const int OrderedOut = 4;
}
