using System.Text.RegularExpressions;

namespace Pipeline.EndToEnd.Tests.Sessions;

/// <summary>The lines of a test session that tell of ACLs: which is used, which statement is tried, what is checked, and how both end.</summary>
internal static partial class AclTrace
{
    /// <param name="folder">The folder of the configuration, whose path is left out.</param>
    public static IReadOnlyList<string> Of(string output, string folder) =>
        [.. output.Replace(folder + "/", "", StringComparison.Ordinal).ReplaceLineEndings("\n").Split('\n').Where(line => Line().IsMatch(line))];

    [GeneratedRegex("^>>> *(using ACL|processing|check |=|message: |l_message: |end of |ACL is|[a-z]+: (condition test|endpass))", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
