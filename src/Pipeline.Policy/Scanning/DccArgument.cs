namespace Pipeline.Policy.Scanning;

/// <summary>The value of an ACL's <c>dcc =</c>: anything that is not false, and <c>defer_ok</c> behind a slash.</summary>
/// <param name="DeferOk">No verdict is a "no".</param>
public sealed record DccArgument(bool DeferOk)
{
    /// <returns>Null when nothing is to be asked, or with an error.</returns>
    public static DccArgument? Parse(string value, out string? error)
    {
        error = null;
        var parts = value.Split('/', StringSplitOptions.TrimEntries);
        if (ScanSwitch.IsOff(parts[0]))
        {
            return null;
        }

        var unknown = parts.Skip(1).FirstOrDefault(part => !part.Equals("defer_ok", StringComparison.OrdinalIgnoreCase));
        if (unknown is not null)
        {
            error = $"\"{unknown}\" is no option of dcc: */defer_ok is expected";
            return null;
        }

        return new DccArgument(parts.Length > 1);
    }
}
