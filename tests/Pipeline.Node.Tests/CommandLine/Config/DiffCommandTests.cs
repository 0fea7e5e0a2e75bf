using System.Text;
using Pipeline.Node.CommandLine.Config;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.CommandLine.Config;

public sealed class DiffCommandTests
{
    private const string Main = "/etc/main.conf";

    [Fact]
    public void A_change_is_shown_with_three_lines_around_it_in_the_form_of_diff()
    {
        string[] lines = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

        var diff = Diff(string.Concat(lines.Select(line => $"# {line}\n")), string.Concat(lines.Where(line => line != "5").Select(line => $"# {line}\n")));

        Assert.Equal(
            """
            --- /etc/main.conf (policy 1)
            +++ /etc/main.conf (policy 2)
            @@ -2,7 +2,6 @@
             # 2
             # 3
             # 4
            -# 5
             # 6
             # 7
             # 8

            """,
            diff);
    }

    [Fact]
    public void Changes_far_from_each_other_have_hunks_of_their_own()
    {
        var before = string.Concat(Enumerable.Range(1, 20).Select(i => $"# {i}\n"));

        var diff = Diff(before, before.Replace("# 2\n", "# two\n", StringComparison.Ordinal).Replace("# 18\n", "", StringComparison.Ordinal));

        Assert.Contains("@@ -1,5 +1,5 @@", diff, StringComparison.Ordinal);
        Assert.Contains("@@ -15,6 +15,5 @@", diff, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_text_has_no_diff() => Assert.Equal("", Diff("# a\n", "# a\n"));

    [Fact]
    public void A_file_that_came_or_went_is_compared_with_nothing()
    {
        var with = Policy(1, [File(Main, "# a\n"), File("/b.conf", "# b\n")]);
        var without = Policy(2, [File(Main, "# a\n"), new PolicyFile("/b.conf", null)]);

        Assert.Equal("--- /b.conf (policy 1)\n+++ /dev/null\n@@ -1 +0,0 @@\n-# b\n", Diff(with, without));
        Assert.Equal("--- /dev/null\n+++ /b.conf (policy 1)\n@@ -0,0 +1 @@\n+# b\n", Diff(without, with));
    }

    [Fact]
    public void A_changed_macro_of_the_command_line_is_shown() => Assert.Contains(
        "-A=1\n+A=2\n",
        Diff(Policy(1, [File(Main, "")], new PolicyMacro("A", "1")), Policy(2, [File(Main, "")], new PolicyMacro("A", "2"))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("hide ldap_default_servers = SECRET\n")]
    [InlineData("  hide ldap_default_servers = \\\n    SECRET\n")]
    [InlineData("  hide ldap_default_servers = a \\\n  # note\n    SECRET\n")]
    [InlineData("hide domainlist x = SECRET\n")]
    [InlineData("PASSWORD = SECRET\nhide ldap_default_servers = PASSWORD\n")]
    [InlineData("FIRST = SECRET\nPASSWORD = FIRST\nhide ldap_default_servers = PASSWORD\n")]
    [InlineData("PASSWORD = a \\\n SECRET\nhide ldap_default_servers = x/PASSWORD/y\n")]
    [InlineData("VEIL = hide\nVEIL ldap_default_servers = SECRET\n")]
    [InlineData(".ifdef NEVER\nhide ldap_default_servers = SECRET\n.endif\n")]
    public void A_hidden_value_is_never_shown_but_that_it_changed_is(string text)
    {
        var diff = Diff(
            text.Replace("SECRET", "topsecret1", StringComparison.Ordinal), text.Replace("SECRET", "topsecret2", StringComparison.Ordinal));

        Assert.DoesNotContain("topsecret", diff, StringComparison.Ordinal);
        Assert.Contains("(hidden)", diff, StringComparison.Ordinal);
        Assert.Contains("\n-", diff, StringComparison.Ordinal);
    }

    [Fact]
    public void A_macro_of_the_command_line_that_hidden_text_names_is_hidden_too()
    {
        var file = File(Main, "hide ldap_default_servers = PASSWORD\n");

        var diff = Diff(Policy(1, [file], new PolicyMacro("PASSWORD", "topsecret1")), Policy(2, [file], new PolicyMacro("PASSWORD", "topsecret2")));

        Assert.DoesNotContain("topsecret", diff, StringComparison.Ordinal);
        Assert.Contains("-PASSWORD=(hidden)", diff, StringComparison.Ordinal);
    }

    private static string Diff(string from, string to) => Diff(Policy(1, [File(Main, from)]), Policy(2, [File(Main, to)]));

    private static string Diff(PublishedPolicy from, PublishedPolicy to)
    {
        var output = new StringWriter { NewLine = "\n" };
        DiffCommand.Write(output, from, to);
        return output.ToString();
    }

    private static PolicyFile File(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    private static PublishedPolicy Policy(int number, PolicyFile[] files, params PolicyMacro[] macros)
    {
        var bundle = PolicyBundle.TryCreate(Main, macros, files, out var problem);
        Assert.True(bundle is not null, problem);
        return new PublishedPolicy(new PolicyRecord(number, bundle.Digest, DateTimeOffset.UnixEpoch, "test", null, null), bundle);
    }
}
