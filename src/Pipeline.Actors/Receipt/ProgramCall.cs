using System.Globalization;
using System.Text;

namespace Pipeline.Actors.Receipt;

/// <summary>How a program was called: in which folder, with which arguments, its own name the first.</summary>
public sealed record ProgramCall(string Folder, IReadOnlyList<string> Arguments)
{
    /// <summary>Characters of the arguments that are shown.</summary>
    private const int MaxShown = 2_000;

    /// <summary>Exim's line (log selector <c>arguments</c>).</summary>
    public override string ToString()
    {
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"cwd={Folder} {Arguments?.Count ?? 0} args:");
        foreach (var argument in Arguments?.Select(static argument => argument ?? "") ?? [])
        {
            line.Append(' ').Append(argument.Length == 0 || argument.AsSpan().ContainsAny(" \t\n\r") ? $"\"{argument}\"" : argument);
            if (line.Length > MaxShown)
            {
                return line.ToString(0, MaxShown) + " ...";
            }
        }

        return line.ToString();
    }
}
