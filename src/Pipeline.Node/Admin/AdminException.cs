namespace Pipeline.Node.Admin;

/// <summary>A node did not do what it was asked, or could not be reached; the message says why, for whoever asked.</summary>
internal sealed class AdminException(string message) : Exception(message)
{
    /// <summary>There was no answer: another way may do.</summary>
    public bool Unreachable { get; init; }
}
