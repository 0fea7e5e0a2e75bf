using System.Globalization;
using Pipeline.Mail.Srs;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Configuration;

/// <summary>The main options <c>srs_…</c> of Exim 4.92, of which <c>srs_config</c> overrides the others field by field.</summary>
internal static class SrsSettings
{
    /// <param name="problem">Why addresses cannot be rewritten, in Exim's words; empty when they can.</param>
    /// <returns>Null with a problem.</returns>
    public static SrsOptions? Read(MainOptions options, out string problem)
    {
        var fields = (options.SrsConfig ?? "").Split(':', StringSplitOptions.TrimEntries);
        var secrets = options.SrsSecrets.Where(static secret => secret.Length > 0);
        secrets = Field(0) is { Length: > 0 } first ? secrets.Prepend(first).Distinct(StringComparer.Ordinal) : secrets;
        var age = Number(1, options.SrsMaxage);
        var length = Number(2, options.SrsHashlength);
        var minimum = options.SrsHashmin < 0 ? length : options.SrsHashmin;
        problem = !secrets.Any() ? "SRS Configuration Error: No secret specified"
            : age is < 0 or > SrsOptions.MaxMaximumAge ? "SRS Configuration Error: Invalid maximum timestamp age"
            : length is < 1 or > SrsOptions.MaxHashLength || minimum is < 1 or > SrsOptions.MaxHashLength ? "SRS Configuration Error: Invalid hash length"
            : "";
        return problem.Length > 0 ? null : new SrsOptions([.. secrets.Select(OctetString.FromText)])
        {
            MaximumAge = age == 0 ? new SrsOptions([]).MaximumAge : (int)age,
            HashLength = (int)length,
            HashMinimum = (int)minimum,
            UsesTimestamp = Switch(3, options.SrsUsetimestamp),
            UsesHash = Switch(4, options.SrsUsehash),
        };

        string Field(int index) => index < fields.Length ? fields[index] : "";

        long Number(int index, long other) =>
            Field(index) is not { Length: > 0 } text ? other : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

        bool Switch(int index, bool other) => Field(index) is not { Length: > 0 } text ? other : text is not ("0" or "false" or "no");
    }
}
