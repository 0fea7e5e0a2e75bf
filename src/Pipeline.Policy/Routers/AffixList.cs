using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers;

/// <summary>The prefixes or suffixes of <c>local_part_prefix</c> and <c>local_part_suffix</c>: the first that fits is taken off.</summary>
internal sealed class AffixList
{
    private readonly List<string> _affixes;
    private readonly bool _suffixes;

    private AffixList(List<string> affixes, bool suffixes)
    {
        _affixes = affixes;
        _suffixes = suffixes;
    }

    public static AffixList? Prefixes(string? list) => list is null ? null : new AffixList(ListSyntax.Split(list), suffixes: false);

    public static AffixList? Suffixes(string? list) => list is null ? null : new AffixList(ListSyntax.Split(list), suffixes: true);

    /// <returns>The length of the affix, -1 when none fits. Something of the local part is always left.</returns>
    public int Match(ReadOnlySpan<char> localPart)
    {
        foreach (var affix in _affixes)
        {
            var length = _suffixes ? MatchSuffix(localPart, affix) : MatchPrefix(localPart, affix);
            if (length >= 0)
            {
                return length;
            }
        }

        return -1;
    }

    // With a wildcard the affix is the longest possible.
    private static int MatchPrefix(ReadOnlySpan<char> localPart, string affix)
    {
        if (!affix.StartsWith('*'))
        {
            return localPart.Length > affix.Length && localPart.StartsWith(affix, StringComparison.OrdinalIgnoreCase) ? affix.Length : -1;
        }

        var end = localPart.Length > 0 ? localPart[..^1].LastIndexOf(affix.AsSpan(1), StringComparison.OrdinalIgnoreCase) : -1;
        return end < 0 ? -1 : end + affix.Length - 1;
    }

    private static int MatchSuffix(ReadOnlySpan<char> localPart, string affix)
    {
        if (!affix.EndsWith('*'))
        {
            return localPart.Length > affix.Length && localPart.EndsWith(affix, StringComparison.OrdinalIgnoreCase) ? affix.Length : -1;
        }

        var start = localPart.Length > 0 ? localPart[1..].IndexOf(affix.AsSpan(0, affix.Length - 1), StringComparison.OrdinalIgnoreCase) : -1;
        return start < 0 ? -1 : localPart.Length - (start + 1);
    }
}
