using System.Text;

namespace Pipeline.Tests.Support.Suites;

/// <summary>Collects what went wrong over the cases of a suite, so that one run names every case that differs.</summary>
public sealed class SuiteReport(string suite)
{
    private readonly StringBuilder _mismatches = new();

    public int Cases { get; private set; }

    public int Mismatches { get; private set; }

    public void Passed() => Cases++;

    public void Differs(string id, string expected, string actual)
    {
        Cases++;
        Mismatches++;
        _mismatches.Append("  ").Append(id).Append(": expected ").Append(expected).Append(", got ").Append(actual).Append('\n');
    }

    public override string ToString() => $"{suite}: {Cases} cases, {Mismatches} differ\n{_mismatches}";
}
