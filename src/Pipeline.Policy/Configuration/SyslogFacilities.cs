using System.Collections.Frozen;

namespace Pipeline.Policy.Configuration;

/// <summary>The values of <c>syslog_facility</c>, which are those that Exim knows.</summary>
internal static class SyslogFacilities
{
    public const int Mail = 2;

    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["user"] = 1,
        ["mail"] = Mail,
        ["daemon"] = 3,
        ["news"] = 7,
        ["uucp"] = 8,
        ["local0"] = 16,
        ["local1"] = 17,
        ["local2"] = 18,
        ["local3"] = 19,
        ["local4"] = 20,
        ["local5"] = 21,
        ["local6"] = 22,
        ["local7"] = 23,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>The number of RFC 5424 section 6.2.1; null for an unknown name.</returns>
    public static int? NumberOf(string? name) => name is not null && Numbers.TryGetValue(name, out var number) ? number : null;
}
