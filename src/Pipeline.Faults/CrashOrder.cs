using System.Globalization;

namespace Pipeline.Faults;

/// <summary>At which point the process is to die, and at which time that it is reached.</summary>
/// <param name="Hit">1 for the first time.</param>
public sealed record CrashOrder(CrashPoint Point, int Hit)
{
    /// <summary>Reads <c>name</c> or <c>name:hit</c>.</summary>
    /// <param name="problem">What is wrong with the text; empty when it can be read.</param>
    public static bool TryParse(string text, out CrashOrder order, out string problem)
    {
        var (name, hit) = text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : (text, "1");
        (order, problem) = (new CrashOrder(default, 0), "");
        if (!CrashPoints.TryParse(name, out var point))
        {
            problem = $"{Crash.Variable}: there is no crash point \"{name}\"";
        }
        else if (!int.TryParse(hit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
        {
            problem = $"{Crash.Variable}: \"{hit}\" is not a positive number";
        }
        else
        {
            order = new CrashOrder(point, count);
        }

        return problem.Length == 0;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Point.Name}:{Hit}");
}
