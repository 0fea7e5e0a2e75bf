using System.Globalization;
using System.Text;
using Pipeline.Policy.Configuration;


namespace Pipeline.Architecture.Tests;

/// <summary>docs/exim-compatibility.md has every name of the language, with what this program makes of it.</summary>
public sealed class CompatibilityPageTests
{
    /// <summary>Set to 1, the test writes the page instead of comparing it.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_STATUS_PAGE";

    private const string File = "docs/exim-compatibility.md";

    [Fact]
    public void Page_says_what_the_registries_say() => GeneratedPage.AssertIs(Page(), File, WriteSwitch);

    [Fact]
    public void Nothing_is_named_twice_in_a_group() =>
        Assert.All(LanguageInventory.All, group => Assert.Equal(group.Entries.Count, group.Entries.Select(entry => entry.Name).Distinct(StringComparer.Ordinal).Count()));

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Exim's language here

            Every name of Exim's configuration language up to today's, as the tables of this program have it: this page is written from them
            (`Pipeline.Policy/Configuration/LanguageInventory.cs`), and a test compares the two. What the states mean, and what to write instead of an option
            that is not done, is in [configuration.md](configuration.md). Strings are compared with Debian's Exim 4.96: [the corpus](../tests/vectors/expansions) and
            [the differences that are meant](../tests/vectors/expansions/accepted-differences.txt).


            """);
        foreach (var group in LanguageInventory.All)
        {
            var done = group.Entries.Count(entry => entry.Support.IsDone);
            page.Append(CultureInfo.InvariantCulture, $"## {group.Title}\n\n{done} of {group.Entries.Count} done.\n\n| names | state | |\n|---|---|---|\n");
            foreach (var state in group.Entries.GroupBy(entry => entry.Support).OrderBy(state => state.Key.Level).ThenBy(state => state.Key.Advice, StringComparer.Ordinal))
            {
                SupportTable.Row(page, state.Key, "", state.Select(entry => entry.Name));
            }

            page.Append('\n');
        }

        return page.ToString();
    }
}
