namespace Pipeline.Policy.Expansion.Variables;

/// <summary>The prefixes that make a variable name a reference to a header field.</summary>
internal static class HeaderReference
{
    private static readonly (string Prefix, HeaderForm Form)[] Prefixes =
    [
        ("h_", HeaderForm.Converted), ("header_", HeaderForm.Converted),
        ("bh_", HeaderForm.Decoded), ("bheader_", HeaderForm.Decoded),
        ("rh_", HeaderForm.Raw), ("rheader_", HeaderForm.Raw),
        ("lh_", HeaderForm.List), ("lheader_", HeaderForm.List),
    ];

    /// <param name="name">Letters, digits and underscores behind the dollar sign.</param>
    public static bool TryParsePrefix(string name, out int length, out HeaderForm form)
    {
        foreach (var (prefix, candidate) in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                length = prefix.Length;
                form = candidate;
                return true;
            }
        }

        length = 0;
        form = default;
        return false;
    }
}
