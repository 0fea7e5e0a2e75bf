namespace Pipeline.Policy.Configuration;

/// <summary>The state of nested <c>.ifdef</c> directives.</summary>
internal sealed class ConditionalStack
{
    private const int MaxDepth = 10;

    private readonly Stack<Branch> _branches = new();

    private enum Branch
    {
        /// <summary>Lines count.</summary>
        Active,

        /// <summary>No alternative was taken so far.</summary>
        Waiting,

        /// <summary>An alternative was taken before, or all of this is inside an inactive branch.</summary>
        Done,
    }

    public bool IsActive => _branches.Count == 0 || _branches.Peek() == Branch.Active;

    public bool IsOpen => _branches.Count > 0;

    /// <summary>Recognises a directive.</summary>
    /// <param name="replaced">A macro was replaced in the line, that is: one of the names is defined.</param>
    /// <param name="error">What is wrong with it, or null.</param>
    /// <returns>False when the line is no conditional directive.</returns>
    public bool TryApply(string line, bool replaced, out string? error)
    {
        error = null;
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        var word = (end < 0 ? line : line[..end]).ToLowerInvariant();
        switch (word)
        {
            case ".ifdef" or ".ifndef":
                if (_branches.Count >= MaxDepth)
                {
                    error = $"{word} nested too deeply";
                }
                else
                {
                    _branches.Push(!IsActive ? Branch.Done : replaced == (word == ".ifdef") ? Branch.Active : Branch.Waiting);
                }

                return true;
            case ".elifdef" or ".elifndef" or ".else" or ".endif" when _branches.Count == 0:
                error = $"{word} without matching .ifdef";
                return true;
            case ".elifdef" or ".elifndef" or ".else":
                var holds = word == ".else" || replaced == (word == ".elifdef");
                _branches.Push(_branches.Pop() == Branch.Waiting ? (holds ? Branch.Active : Branch.Waiting) : Branch.Done);
                return true;
            case ".endif":
                _branches.Pop();
                return true;
            default:
                return false;
        }
    }
}
