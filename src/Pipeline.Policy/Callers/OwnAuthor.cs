using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Callers;

/// <summary>Whether the author of a message is the user who sends it (<c>local_from_check</c>).</summary>
public static class OwnAuthor
{
    /// <summary>Of a local part, <c>local_from_prefix</c> and <c>local_from_suffix</c> do not count.</summary>
    public static bool Is(MainOptions options, EnvelopeAddress author, EnvelopeAddress user)
    {
        if (!string.Equals(author.Domain, user.Domain, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var local = author.LocalPart.AsSpan();
        local = local[Length(AffixList.Prefixes(options.LocalFromPrefix), local)..];
        local = local[..^Length(AffixList.Suffixes(options.LocalFromSuffix), local)];
        return local.Equals(user.LocalPart, StringComparison.OrdinalIgnoreCase);
    }

    private static int Length(AffixList? affixes, ReadOnlySpan<char> localPart) => affixes is null ? 0 : Math.Max(0, affixes.Match(localPart));
}
