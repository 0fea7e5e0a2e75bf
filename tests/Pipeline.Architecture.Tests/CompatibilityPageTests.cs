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

            Every name of Exim's configuration language up to today's, with what this program makes of it, and what to write instead where it is not done. This page is
            written from the tables of the program (`Pipeline.Policy/Configuration/LanguageInventory.cs`); a test compares the two, and others hold an option that is
            called done to being read and used. Strings are compared with Debian's Exim 4.96: [the corpus](../tests/vectors/expansions) and
            [the differences that are meant](../tests/vectors/expansions/accepted-differences.txt).

            Every name that Exim 4.92 or a later Exim knows is read; a name that none knows is an error with file, line and the nearest known name. What is known and not
            done is never left out in silence: `mailpipeline config check FILE` lists it with file, line and what to use instead.

            | state | what happens | in `config check` |
            |---|---|---|
            | done | what Exim does | |
            | no effect | there is nothing that the option could change | listed |
            | ignored | mail is handled without it | listed |
            | waits | a message that comes to it waits, or is refused for now, with this reason | listed |
            | refused | the configuration does not load: leaving the option out would weaken security or deliver mail wrongly | error, exit code 2 |

            A value that asks for nothing (empty, `false`, zero, or what happens anyway) is not listed.
            `.ifdef _HAVE_…`, `_OPT_…` and `_DRIVER_…` hold for what is done or has no effect, so that a file can leave out the rest.

            Two main options are this program's own. `dmarc_evaluation = rfc9989 | rfc7489` says by which document `dmarc_status` judges: `rfc9989`, the default, finds the
            organisational domain by asking DNS, `rfc7489` by the public suffix list of `dmarc_tld_file` (default `/usr/share/publicsuffix/public_suffix_list.dat`, as Debian's
            package publicsuffix has it), without which it judges nothing and writes so to the panic log. `tainted_data = off | warn | refuse` says what becomes of text from peers where it would name a file, an ACL, a transport or a
            string to expand. `warn`, the default, uses it as Exim up to 4.93 did and logs it once for each string of the configuration; `refuse` is Exim 4.94 and later, and so is
            `no_allow_insecure_tainted_data` ([ADR 13](adr/0013-marks-on-texts.md)).


            """);
        foreach (var group in LanguageInventory.All)
        {
            var done = group.Entries.Count(entry => entry.Support.IsDone);
            page.Append(CultureInfo.InvariantCulture, $"## {group.Title}\n\n{done} of {group.Entries.Count} done.\n\n| names | state | |\n|---|---|---|\n");
            if (group.Generic is { IsDone: false } generic)
            {
                page.Append(CultureInfo.InvariantCulture, $"| the options of every such driver | {SupportTable.State(generic)} | {generic.Advice} |\n");
            }

            foreach (var state in group.Entries.GroupBy(entry => entry.Support).OrderBy(state => state.Key.Level).ThenBy(state => state.Key.Advice, StringComparer.Ordinal))
            {
                SupportTable.Row(page, state.Key, state.Select(entry => entry.Name));
            }

            page.Append('\n');
        }

        return page.ToString();
    }
}
