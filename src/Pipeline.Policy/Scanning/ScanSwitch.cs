namespace Pipeline.Policy.Scanning;

/// <summary>The first word of <c>spam =</c>, <c>malware =</c> and <c>dcc =</c>: whether anything is to be scanned at all.</summary>
internal static class ScanSwitch
{
    public static bool IsOff(string word) => word.Length == 0 || word is "0" || word.Equals("false", StringComparison.OrdinalIgnoreCase);
}
