using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Tests.Configuration;

public sealed class OptionTests
{
    [Theory]
    [InlineData("1h30m", 5400, "1h30m")]
    [InlineData("1w", 604800, "1w")]
    [InlineData("90s", 90, "1m30s")]
    [InlineData("1s1d", 86401, "1d1s")]
    [InlineData("0s", 0, "0s")]
    public void Time_is_read_and_written(string text, int seconds, string canonical)
    {
        Assert.True(TimeText.TryParse(text, out var time));
        Assert.Equal(TimeSpan.FromSeconds(seconds), time);
        Assert.Equal(canonical, TimeText.Format(time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("1h 5m")]
    [InlineData("1H")]
    [InlineData("99999999999999d")]
    public void Text_that_is_no_time_is_refused(string text) => Assert.False(TimeText.TryParse(text, out _));

    [Theory]
    [InlineData("smtp_accept_max = 1K", 1024)]
    [InlineData("smtp_accept_max = 0x10", 16)]
    [InlineData("smtp_accept_max = 010", 8)]
    [InlineData("smtp_accept_max = -1", -1)]
    public void Integer_option_has_radix_and_suffix(string text, int expected) => Assert.Equal(expected, Options(text).SmtpAcceptMax);

    [Theory]
    [InlineData("prdr_enable", true)]
    [InlineData("no_prdr_enable", false)]
    [InlineData("not_prdr_enable", false)]
    [InlineData("prdr_enable = YES", true)]
    [InlineData("prdr_enable = false", false)]
    public void Boolean_option_has_many_forms(string text, bool expected) => Assert.Equal(expected, Options(text).PrdrEnable);

    [Fact]
    public void Defaults_are_Exims()
    {
        var options = MainOptions.Defaults;
        Assert.Equal((20, 30, 3, true), (options.SmtpAcceptMax, options.ReceivedHeadersMax, options.SmtpMaxUnknownCommands, options.SmtpEnforceSync));
        Assert.Equal("50M", options.MessageSizeLimit.Source);
        Assert.Equal([TimeSpan.FromDays(1)], options.DelayWarning);
        Assert.Equal(TimeSpan.FromDays(70), options.IgnoreBounceErrorsAfter);
        Assert.Null(options.PrimaryHostname);
    }

    [Fact]
    public void Acl_options_are_found_by_name()
    {
        var options = Options("acl_smtp_rcpt = check\nacl_not_smtp = other");
        Assert.Equal(["acl_not_smtp", "acl_smtp_rcpt"], options.AclOptions.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("check", options.AclOptions["acl_smtp_rcpt"].Constant);
    }

    [Fact]
    public void Driver_options_are_typed()
    {
        var result = new MemoryFiles(
            """
            begin transports
            t:
              driver = appendfile
              mode = 0660
              lock_interval = 3s
              headers_add = A: b
              headers_add = "C: d"
              file = /var/mail/$local_part
              maildir_use_size_file = ${if eq{a}{b}}
              no_use_lockfile
            """).Read();
        var problems = new List<ConfigurationProblem>(result.Problems);
        var options = DriverOptions.OfTransport(result.Configuration.Transports.Single(), problems);
        Assert.Equal(("t", "appendfile"), (options.Name, options.Driver));
        Assert.Equal(Convert.ToInt32("660", 8), options.GetOctal("mode", 0));
        Assert.Equal(TimeSpan.FromSeconds(3), options.GetTime("lock_interval", default));
        Assert.Equal(["A: b", "C: d"], options.GetExpandables("headers_add").Select(e => e.Source));
        Assert.Equal("/var/mail/$local_part", options.GetExpandable("file")!.Source);
        Assert.False(options.GetBool("use_lockfile", true));
        Assert.Equal("${if eq{a}{b}}", options.GetExpandableBool("maildir_use_size_file", false).Source);
        Assert.Throws<ArgumentException>(() => options.GetString("hosts"));
        Assert.Empty(problems);
    }

    [Fact]
    public void No_option_stands_in_two_tables_of_one_driver()
    {
        foreach (var (generic, drivers) in new[]
        {
            (RouterOptionTable.Generic, RouterOptionTable.Drivers), (TransportOptionTable.Generic, TransportOptionTable.Drivers),
            (AuthenticatorOptionTable.Generic, AuthenticatorOptionTable.Drivers),
        })
        {
            foreach (var (driver, table) in drivers)
            {
                Assert.Empty(generic.All.Select(o => o.Name).Intersect(table.All.Select(o => o.Name)));
                Assert.NotNull(generic.With(table));
                Assert.NotEmpty(driver);
            }
        }

        Assert.NotEmpty(MainOptionTable.Instance.All);
    }

    [Theory]
    [InlineData("qualify_domian", "qualify_domain")]
    [InlineData("acl_smtp_rctp", "acl_smtp_rcpt")]
    [InlineData("zzzzzzzz", null)]
    [InlineData("x", null)]
    public void Nearest_name_is_guessed_when_it_is_near(string written, string? expected) =>
        Assert.Equal(expected, NearestName.Find(written, MainOptionTable.Instance.All.Select(o => o.Name)));

    [Theory]
    [InlineData("local_sender_retain", "both local_from_check and local_sender_retain are set; this combination is not allowed")]
    [InlineData("log_file_path = /var/log/x", "log_file_path \"/var/log/x\" does not contain \"%s\"")]
    [InlineData("smtp_accept_max = 0\nsmtp_accept_queue = 5", "smtp_accept_max must be set if smtp_accept_queue is set")]
    public void Options_that_contradict_each_other_are_refused(string text, string message)
    {
        var compilation = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(text));
        Assert.Null(compilation.Policy);
        Assert.Equal(message, Assert.Single(compilation.Problems).Message);
    }

    [Fact]
    public void Policies_are_numbered()
    {
        var first = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles("prdr_enable")).Policy!;
        var second = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles("prdr_enable")).Policy!;
        Assert.True(second.Number > first.Number);
        Assert.True(first.MainOptions.PrdrEnable);
    }

    private static MainOptions Options(string text)
    {
        var result = new MemoryFiles(text).Read();
        var problems = new List<ConfigurationProblem>(result.Problems);
        var options = MainOptions.From(result.Configuration.MainSettings, problems);
        Assert.Empty(problems);
        return options;
    }
}
