using Pipeline.Policy.Configuration;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    [Theory]
    [InlineData("qualify_domain = a\\\n  b", "ab")]
    [InlineData("qualify_domain = a \\\n # comment\n  b", "a b")]
    [InlineData("qualify_domain = a\\\n\nprdr_enable", "a")]
    [InlineData("qualify_domain = a # b", "a # b")]
    [InlineData("qualify_domain = \"a\\x41\\101\\\\\\n\\q\"", "aAA\\\nq")]
    [InlineData("  qualify_domain=a", "a")]
    [InlineData("qualify_domain = a\\", "a")]
    [InlineData("hide qualify_domain = a", "a")]
    [InlineData("qualify_domain = a\r\n", "a")]
    [InlineData("qualify_domain = \\\n.ifdef _HAVE_TLS\n a\\\n.else\n b\\\n.endif\n c", "ac")]
    public void Logical_lines_are_put_together(string text, string expected) => Assert.Equal(expected, Option(text, "qualify_domain"));

    [Theory]
    [InlineData("ABC = x\nqualify_domain = ABCDABC", "xDx")]
    [InlineData("A = x\nB = A.A\nqualify_domain = B", "x.x")]
    [InlineData("B = A.A\nA = x\nqualify_domain = B", "x.x")]
    [InlineData("A = A1\nqualify_domain = A", "A1")]
    [InlineData("A = x\nA == y\nqualify_domain = A", "y")]
    [InlineData("A =\nqualify_domain = bA", "b")]
    [InlineData("A = \"q\"\nqualify_domain = xA", "x\"q\"")]
    [InlineData("ABC = 1\nAB = 2\nqualify_domain = ABC-AB", "1-2")]
    public void Macros_are_replaced_as_substrings_in_order_of_definition(string text, string expected) =>
        Assert.Equal(expected, Option(text, "qualify_domain"));

    [Fact]
    public void Macro_of_the_command_line_wins_over_the_file()
    {
        var result = new MemoryFiles("A = file\nA == again\nqualify_domain = A").Read(new Dictionary<string, string> { ["A"] = "line" });
        Assert.Empty(result.Problems);
        Assert.Equal("line", result.Configuration.MainSettings.Single().Value);
    }

    [Theory]
    [InlineData(".ifdef NOSUCH\nqualify_domain = a\n.else\nqualify_domain = b\n.endif", "b")]
    [InlineData("A =\n.ifdef A\nqualify_domain = a\n.else\nqualify_domain = b\n.endif", "a")]
    [InlineData(".ifndef NOSUCH\nqualify_domain = a\n.endif", "a")]
    [InlineData("A = 1\n.ifdef NOSUCH A\nqualify_domain = a\n.endif", "a")]
    [InlineData("A = 1\n.ifdef NOSUCH\nqualify_domain = a\n.elifdef A\nqualify_domain = b\n.else\nqualify_domain = c\n.endif", "b")]
    [InlineData(".ifdef NOSUCH\n.ifndef NOSUCH\nqualify_domain = a\n.else\nqualify_domain = b\n.endif\n.else\nqualify_domain = c\n.endif", "c")]
    [InlineData("A = 1\n.ifdef A\nqualify_domain = a\n.elifdef A\nqualify_domain = b\n.endif", "a")]
    [InlineData(".ifdef NOSUCH\n\"nonsense\n.endif\nqualify_domain = a", "a")]
    [InlineData(".ifdef _OPT_MAIN_PRDR_ENABLE\nqualify_domain = a\n.endif", "a")]
    [InlineData(".ifdef _HAVE_LOOKUP_LSEARCH\nqualify_domain = a\n.endif", "a")]
    public void Conditionals_select_lines(string text, string expected) => Assert.Equal(expected, Option(text, "qualify_domain"));

    [Fact]
    public void Included_lines_take_the_place_of_the_directive()
    {
        var result = new MemoryFiles("M = b.conf\nqualify_domain = a\\\n.include sub/M\n.include_if_exists /nosuch\nprdr_enable\n")
            .Add("/etc/x/sub/b.conf", "b\\\n.include \"c.conf\"\n")
            .Add("/etc/x/sub/c.conf", "c\naccept_8bitmime\n")
            .Read();
        Assert.Empty(result.Problems);
        Assert.Equal(["qualify_domain=abc", "accept_8bitmime=", "prdr_enable="], result.Configuration.MainSettings.Select(s => $"{s.Name}={s.Value}"));
        Assert.Equal(new SourceLocation("/etc/x/sub/c.conf", 2), result.Configuration.MainSettings[1].Location);
    }

    [Theory]
    [InlineData("qualify_domain = a\nqualify_domain = b", 2, "\"qualify_domain\" option set for the second time")]
    [InlineData("qualify_domian = a", 1, "main option \"qualify_domian\" unknown")]
    [InlineData("prdr_enable = maybe", 1, "\"maybe\" is not a valid value for the \"prdr_enable\" option")]
    [InlineData("no_qualify_domain", 1, "negation prefix applied to a non-boolean option")]
    [InlineData("no_prdr_enable = y", 1, "extra characters follow boolean value for prdr_enable")]
    [InlineData("qualify_domain = \"abc", 1, "missing quote at end of string value for qualify_domain")]
    [InlineData("qualify_domain = \"abc\" x", 1, "extra characters follow string value for qualify_domain")]
    [InlineData("qualify_domain = \"abc\" # x", 1, "extra characters follow string value for qualify_domain (# is comment only at line start)")]
    [InlineData("qualify_domain", 1, "unexpected end of line (data missing) after qualify_domain")]
    [InlineData("qualify_domain a", 1, "missing \"=\" after qualify_domain")]
    [InlineData("\nauto_thaw = 5", 2, "invalid time value for auto_thaw")]
    [InlineData("smtp_accept_max = 5x", 1, "extra characters follow integer value for smtp_accept_max")]
    [InlineData(".ifdef A\nprdr_enable", 2, "Unexpected end of configuration file: .endif missing")]
    [InlineData(".endif", 1, ".endif without matching .ifdef")]
    [InlineData(".else", 1, ".else without matching .ifdef")]
    [InlineData(".include nosuch", 1, "failed to open included configuration file /etc/x/nosuch")]
    [InlineData(".include_if_exists nosuch", 1, ".include specifies a non-absolute path \"nosuch\"")]
    [InlineData("begin nonsense", 1, "\"nonsense\" is not a known configuration section name")]
    [InlineData("begin retry\nbegin retry", 2, "\"retry\" section is repeated in the configuration file")]
    [InlineData("A = 1\nA = 2", 2, "macro \"A\" is already defined (use \"==\" if you want to redefine it)")]
    [InlineData("A == 1", 1, "can't redefine an undefined macro \"A\"")]
    [InlineData("ABC = 1\nABCD = 2", 2, "\"ABCD\" cannot be defined as a macro because previously defined macro \"ABC\" is a substring")]
    [InlineData("A", 1, "malformed macro definition")]
    [InlineData("domainlist a = x\ndomainlist a = y", 2, "duplicate name \"a\" for a named domain list")]
    [InlineData("\u00ef\u00bb\u00bfprdr_enable", 1, "found unexpected BOM (Byte Order Mark)")]
    [InlineData("begin routers\nr:\n foo = 1\n driver = accept", 3, "option \"foo\" unknown (\"driver\" must be specified before any private options)")]
    [InlineData("begin routers\nr:\n driver = accept\n foo = 1", 4, "option \"foo\" unknown")]
    [InlineData("begin routers\nr:\n verify", 2, "no driver defined for router \"r\"")]
    [InlineData("begin routers\nr:\n driver = nosuch\n x = 1", 3, "router r: cannot find router driver \"nosuch\"")]
    [InlineData("begin routers\n driver = accept", 2, "router name missing")]
    [InlineData("begin transports\nt:\n driver = pipe\nt:\n driver = pipe", 4, "there are two transports called \"t\"")]
    public void Mistakes_are_reported_in_Exims_words(string text, int line, string message)
    {
        var problem = Assert.Single(new MemoryFiles(text).Read().Problems);
        Assert.Equal((line, message), (problem.Location?.Line, problem.Message));
    }

    [Fact]
    public void All_mistakes_are_reported_together_with_hints()
    {
        var result = new MemoryFiles("qualify_domian = a\nprdr_enable = maybe\nbegin router\nr:\n driver = acept\nbegin transprots\n").Read();
        Assert.Equal(
            ["did you mean \"qualify_domain\"?", null, "did you mean \"accept\"?", "did you mean \"transports\"?"],
            result.Problems.Select(p => p.Hint));
    }

    [Fact]
    public void Sections_are_sorted_out()
    {
        var result = new MemoryFiles(
            """
            hide domainlist_cache local = a : b
            hostlist relays = "1.2.3.4"
            BEGIN ACL
            check:
              accept hosts = +relays
            M = 5
            other:
              deny
            begin router
            first:
              driver = accept
              condition = 1
              condition = 2
              no_more
            begin transports
            begin retry
            * * F,M,1m
            begin rewrite
            *@a b@c
            begin authenticators
            plain:
              driver = plaintext
              public_name = PLAIN
            """).Read();
        Assert.Empty(result.Problems);
        var configuration = result.Configuration;
        Assert.Equal(
            [(ListKind.Domain, "local", true, true), (ListKind.Host, "relays", false, false)],
            configuration.NamedLists.Select(l => (l.Kind, l.Name, l.Hidden, l.Cached)));
        Assert.Equal(["check:", "accept hosts = +relays", "other:", "deny"], configuration.AclLines.Select(l => l.Text));
        Assert.Equal(["* * F,5,1m"], configuration.RetryLines.Select(l => l.Text));
        Assert.Equal(["*@a b@c"], configuration.RewriteLines.Select(l => l.Text));
        Assert.Equal("plain", configuration.Authenticators.Single().Name);
        var router = configuration.Routers.Single();
        Assert.Equal(["driver", "condition", "condition", "more"], router.Options.Select(o => o.Name));
        Assert.True(router.Options[3].Negated);
        Assert.Equal(new SourceLocation(MemoryFiles.MainPath, 10), router.Location);
    }

    [Fact]
    public void Acl_line_behind_a_macro_must_be_a_name()
    {
        var problem = Assert.Single(new MemoryFiles("begin acl\na:\n accept\nM = 1\n deny").Read().Problems);
        Assert.Equal("missing or malformed ACL name", problem.Message);
    }

    [Fact]
    public void File_that_includes_itself_is_refused()
    {
        var problem = Assert.Single(new MemoryFiles(".include main.conf").Read().Problems);
        Assert.Contains("nested more than", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_octets_are_read_without_an_exception()
    {
        var random = new Random(4711);
        string[] parts = ["begin acl\n", ".ifdef A\n", ".endif\n", "A = b\n", "domainlist x = ", "\"", "\\\n", "\\", "hide ", "=", "driver", ":", "\n", "é", "\0", " ", "_", "begin routers\nx:\n"];
        for (var turn = 0; turn < 2000; turn++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.NotNull(new MemoryFiles(text).Read().Configuration);
        }
    }

    private static string? Option(string text, string name)
    {
        var result = new MemoryFiles(text).Read();
        Assert.Empty(result.Problems);
        return result.Configuration.MainSettings.Single(s => s.Name == name).Value;
    }
}
