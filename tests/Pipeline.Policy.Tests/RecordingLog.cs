using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests;

/// <summary>Keeps what a policy logs, each line as <c>Main: text</c>.</summary>
internal sealed class RecordingLog(List<string> lines) : IPolicyLog
{
    public void Write(PolicyLogTarget target, string line) => lines.Add($"{target}: {line}");
}
