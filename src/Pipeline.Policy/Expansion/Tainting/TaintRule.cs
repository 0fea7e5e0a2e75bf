using System.Collections.Concurrent;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Expansion;

/// <summary>Decides about text from peers at the places where it would name a file, a program, an ACL or a string to expand. One for each policy.</summary>
/// <remarks>Paths with <c>..</c> in them are refused besides, in every mode: <see cref="FilePath"/>.</remarks>
public sealed class TaintRule(TaintMode mode)
{
    /// <summary>Strings of a configuration that are warned of; a larger configuration is warned of in part.</summary>
    private const int MaxWarned = 10_000;

    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);

    /// <param name="taint">The mark of the text that was to be used.</param>
    /// <param name="source">The string of the configuration that led to it: each is warned of once.</param>
    /// <param name="complaint">What is said about it, in Exim's words.</param>
    /// <returns>True when the text must not be used.</returns>
    public bool Refuses(EvaluationScope scope, Taint taint, string source, string complaint)
    {
        if (taint == Taint.None)
        {
            return false;
        }

        switch (mode)
        {
            case TaintMode.Refuse:
                scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, complaint);
                return true;
            case TaintMode.Warn:
                Warn(scope, source, complaint);
                return false;
            default:
                return false;
        }
    }

    /// <summary>As <see cref="Refuses"/>, where no mode allows it: a peer never names a program.</summary>
    internal bool Forbids(EvaluationScope scope, Taint taint, string complaint)
    {
        if (taint == Taint.None || mode == TaintMode.Off)
        {
            return false;
        }

        scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, complaint);
        return true;
    }

    /// <summary>Says that a query holds text from peers that was not quoted for its kind of database. It is made nevertheless, as in Exim.</summary>
    internal void WatchQuery(EvaluationScope scope, ExpandedText query, Taint quoted, string source)
    {
        if (mode != TaintMode.Off && query.Taint != Taint.None && query.Taint != quoted)
        {
            Warn(scope, source, $"tainted search query is not properly quoted: {QuerySecrets.Hide(query.Text)}");
        }
    }

    private void Warn(EvaluationScope scope, string source, string complaint)
    {
        if (_warned.Count < MaxWarned && _warned.TryAdd(source, true))
        {
            scope.Environment.Log.Write(PolicyLogTarget.Main, $"Warning: {complaint} (in \"{source}\"; said once for each string: see tainted_data)");
        }
    }
}
