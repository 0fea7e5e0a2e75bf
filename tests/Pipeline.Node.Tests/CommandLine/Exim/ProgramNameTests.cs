using System.Text;
using Pipeline.Node.CommandLine;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.Node.Tests.CommandLine.Exim;

public sealed class ProgramNameTests
{
    [Theory]
    [InlineData("/usr/sbin/exim\0-bV\0", "exim")]
    [InlineData("exim4\0", "exim4")]
    [InlineData("/usr/lib/sendmail\0-bs\0", "sendmail")]
    [InlineData("mailq", "mailq")]
    [InlineData("/usr/sbin/newaliases\0", "newaliases")]
    [InlineData("runq\0", "runq")]
    [InlineData("rsmtp\0", "rsmtp")]
    [InlineData("/opt/mailpipeline\0run\0", null)]
    [InlineData("exim5\0", null)]
    [InlineData("", null)]
    public void Name_is_that_of_the_first_argument(string arguments, string? name) =>
        Assert.Equal(name, ProgramName.Of(Encoding.UTF8.GetBytes(arguments)));

    [Theory]
    [InlineData(true, null, "-bV")]
    [InlineData(true, null, "-C", "f")]
    [InlineData(true, null, "-h", "x")]
    [InlineData(true, "exim", "-h")]
    [InlineData(true, "mailq")]
    [InlineData(true, "sendmail", "run")]
    [InlineData(false, null)]
    [InlineData(false, null, "run", "-C", "f")]
    [InlineData(false, null, "")]
    [InlineData(false, null, "-?")]
    [InlineData(false, null, "-h")]
    [InlineData(false, null, "--help")]
    [InlineData(false, null, "--version")]
    public void Hyphen_or_name_makes_the_options_Exims(bool expected, string? calledAs, params string[] arguments) =>
        Assert.Equal(expected, CommandLineEntry.IsExims(arguments, calledAs));

    [Fact]
    public void Every_command_that_is_a_word_is_known_as_one() =>
        Assert.Equal(CommandLineEntry.CreateRoot().Subcommands.Select(command => command.Name).Order(), CommandLineEntry.Words.Order());
}
