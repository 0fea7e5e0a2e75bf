using System.Globalization;
using System.Text;
using Pipeline.Policy.Configuration;

namespace Pipeline.Architecture.Tests;

/// <summary>The page of options that are not done is written from the option tables, so that it cannot be wrong.</summary>
public sealed class ConfigurationStatusPageTests
{
    /// <summary>Set to 1, the test writes the page instead of comparing it.</summary>
    private const string WriteSwitch = "MAILPIPELINE_WRITE_STATUS_PAGE";

    [Fact]
    public void Page_says_what_the_option_tables_say() => GeneratedPage.AssertIs(Page(), "docs/configuration.md", WriteSwitch);

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # The configuration language: what is not done

            Every name that Exim 4.92 or a later Exim knows is read; a name that none knows is an error with file, line and the nearest known name. What is known and not
            done is never left out in silence: `mailpipeline config check FILE` lists it with file, line and what to use instead. This page is written from the same tables
            (`src/Pipeline.Policy/Configuration`); a test compares the two, and others hold an option that is not listed here to being read and used.

            | state | what happens | in `config check` |
            |---|---|---|
            | no effect | there is nothing that the option could change | listed |
            | ignored | mail is handled without it | listed |
            | waits | a message that comes to it waits, or is refused for now, with this reason | listed |
            | refused | the configuration does not load: leaving the option out would weaken security or deliver mail wrongly | error, exit code 2 |

            A value that asks for nothing (empty, `false`, zero, or what happens anyway) is not listed. ACL conditions, modifiers and controls, and expansion items, conditions,
            lookup types and variables that are not available are listed by `config check` in the same way.
            `.ifdef _HAVE_…`, `_OPT_…` and `_DRIVER_…` hold for what is done or has no effect, so that a file can leave out the rest.

            Two main options are this program's own. `dmarc_evaluation = rfc9989 | rfc7489` says by which document `dmarc_status` judges: `rfc9989`, the default, finds the
            organisational domain by asking DNS, `rfc7489` by the public suffix list of `dmarc_tld_file` (default `/usr/share/publicsuffix/public_suffix_list.dat`, as Debian's
            package publicsuffix has it), without which it judges nothing and writes so to the panic log. `tainted_data = off | warn | refuse` says what becomes of text from peers where it would name a file, an ACL, a transport or a
            string to expand. `warn`, the default, uses it as Exim up to 4.93 did and logs it once for each string of the configuration; `refuse` is Exim 4.94 and later, and so is
            `no_allow_insecure_tainted_data` ([ADR 13](adr/0013-marks-on-texts.md)).

            """);
        Table(page, "Main options", MainOptionTable.Instance);
        foreach (var drivers in (DriverClass[])[DriverClass.Router, DriverClass.Transport, DriverClass.Authenticator])
        {
            Table(page, $"Options of every {drivers.Name}", drivers.Generic);
            foreach (var (driver, table) in drivers.Drivers.OrderBy(entry => entry.Key, StringComparer.Ordinal).Where(entry => entry.Value.Support.IsDone))
            {
                Table(page, $"Options of the {drivers.Name} {driver}", table);
            }
        }

        page.Append("## Drivers\n\n| driver | state | |\n|---|---|---|\n");
        foreach (var drivers in (DriverClass[])[DriverClass.Router, DriverClass.Transport, DriverClass.Authenticator])
        {
            foreach (var group in drivers.Drivers.Where(entry => !entry.Value.Support.IsDone).GroupBy(entry => entry.Value.Support))
            {
                SupportTable.Row(page, group.Key, drivers.Name + " ", group.Select(entry => entry.Key));
            }
        }

        return page.ToString();
    }

    private static void Table(StringBuilder page, string title, OptionTable table)
    {
        var groups = table.All.Where(option => !option.Support.IsDone).GroupBy(option => option.Support)
            .OrderBy(group => group.Key.Level).ThenBy(group => group.Select(option => option.Name).Min(StringComparer.Ordinal), StringComparer.Ordinal).ToArray();
        if (groups.Length == 0 && table.GenericSupport.IsDone)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n| options | state | |\n|---|---|---|\n");
        if (!table.GenericSupport.IsDone)
        {
            page.Append(CultureInfo.InvariantCulture, $"| the generic ones | {SupportTable.State(table.GenericSupport)} | {table.GenericSupport.Advice} |\n");
        }

        foreach (var group in groups)
        {
            SupportTable.Row(page, group.Key, "", group.Select(option => option.Name));
        }

        page.Append('\n');
    }
}
