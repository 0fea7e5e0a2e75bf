using System.Text;

namespace Pipeline.Node.Logging;

internal static class LogField
{
    /// <summary>Adds a field to a line, unless it has no value.</summary>
    /// <param name="field">What stands before the value, with the blank in front of it.</param>
    public static void Append(StringBuilder line, string field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            line.Append(field).Append(value);
        }
    }
}
