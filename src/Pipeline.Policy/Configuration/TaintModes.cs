using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Configuration;

/// <summary>The words of <c>tainted_data</c>.</summary>
internal static class TaintModes
{
    public const string Words = "off, warn or refuse";

    /// <summary>Null for a word that is none of them.</summary>
    public static TaintMode? Find(string word) => word switch
    {
        "off" or "allow" => TaintMode.Off,
        "warn" => TaintMode.Warn,
        "refuse" => TaintMode.Refuse,
        _ => null,
    };

    /// <param name="allowed">The option <c>allow_insecure_tainted_data</c> of Exim 4.95 and later; null when it is not set.</param>
    public static TaintMode Read(string? word, bool? allowed) =>
        (word is null ? null : Find(word)) ?? (allowed == false ? TaintMode.Refuse : TaintMode.Warn);
}
