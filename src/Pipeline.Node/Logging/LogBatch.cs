using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>Lines that wait to be written, for each log.</summary>
internal sealed class LogBatch
{
    public static readonly IReadOnlyList<PolicyLogTarget> Logs = [PolicyLogTarget.Main, PolicyLogTarget.Reject, PolicyLogTarget.Panic];

    private readonly Dictionary<PolicyLogTarget, StringBuilder> _texts = Logs.ToDictionary(log => log, _ => new StringBuilder());

    /// <summary>Lines of the main log.</summary>
    public int MainLines { get; set; }

    /// <summary>Characters in all.</summary>
    public int Length => _texts.Values.Sum(static text => text.Length);

    public StringBuilder this[PolicyLogTarget log] => _texts[log];

    public void Clear()
    {
        MainLines = 0;
        foreach (var text in _texts.Values)
        {
            text.Clear();
        }
    }
}
