namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>-bv, -brt and -bP; the answers are those of Exim 4.96 for the same configuration.</summary>
public sealed class TestCommandTests
{
    private const string Configuration = """
        primary_hostname = h.example
        qualify_domain = q.example
        domainlist locals = a.example : b.example
        hide pgsql_servers = 127.0.0.1::5432/x/u/p
        message_size_limit = 10M
        no_local_from_check
        retry_interval_max = 24h
        begin routers
        al:
          driver = redirect
          domains = a.example
          data = ${if eq{$local_part}{ali}{bob@b.example}{${if eq{$local_part}{f}{:fail: no way}{${if eq{$local_part}{d}{:defer: later}}}}}}
          allow_fail
          allow_defer
        loc:
          driver = accept
          domains = b.example
          transport = tt
        sv:
          driver = accept
          domains = s.example
          verify_sender
          no_verify_recipient
          transport = tt
        begin transports
        tt:
          driver = appendfile
          file = /var/mail/x
          lockfile_timeout = 1800s
        begin retry
        *.example  timeout_connect  F,1h,5m
        special@b.example  quota_3d   F,3h,15m
        b.example  *   F,2h,15m; G,16h,1h,1.5; F,4d,6h
        """;

    [Theory]
    [InlineData("-bv", "bob@b.example", 0, "bob@b.example verified")]
    [InlineData("-bv", "ali@a.example", 0, "ali@a.example verified")]
    [InlineData("-bv", "f@a.example", 2, "f@a.example failed to verify: no way")]
    [InlineData("-bv", "d@a.example", 1, "d@a.example cannot be resolved at this time: later")]
    [InlineData("-bv", "no@a.example", 2, "no@a.example failed to verify: Unrouteable address")]
    [InlineData("-bv", "u@s.example", 2, "u@s.example failed to verify: Unrouteable address")]
    [InlineData("-bvs", "u@s.example", 0, "u@s.example verified")]
    [InlineData("-bv", "postmaster", 2, "postmaster@q.example failed to verify: Unrouteable address")]
    [InlineData("-brt", "b.example", 0, "Retry rule: b.example  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h; ")]
    [InlineData("-brt", "x@b.example", 0, "Retry rule: b.example  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h; ")]
    [InlineData("-brt", "z.other", 0, "No retry information found")]
    [InlineData("-brt", "c.example timeout_connect", 0, "Retry rule: *.example  timeout_connect  F,1h,5m; ")]
    [InlineData("-brt", "x@c.example d.example timeout_connect", 0, "Retry rule: *.example  timeout_connect  F,1h,5m; ")]
    [InlineData("-brt", "special@b.example quota_4d", 0, "Retry rule: special@b.example  quota_3d  F,3h,15m; ")]
    [InlineData("-brt", "b.example refused", 0, "Retry rule: b.example  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h; ")]
    [InlineData("-bP", "qualify_domain", 0, "qualify_domain = q.example")]
    [InlineData("-bP", "message_size_limit", 0, "message_size_limit = 10M")]
    [InlineData("-bP", "local_from_check", 0, "no_local_from_check")]
    [InlineData("-bP", "retry_interval_max", 0, "retry_interval_max = 1d")]
    [InlineData("-bP", "nonsense", 0, "nonsense is not a known option")]
    [InlineData("-bP", "callout_positive_expire", 0, "callout_positive_expire = 1d")]
    [InlineData("-bP", "accept_8bitmime", 0, "accept_8bitmime")]
    [InlineData("-bP", "bounce_return_size_limit", 0, "bounce_return_size_limit = 100K")]
    [InlineData("-bP", "+locals", 0, "domainlist locals = a.example : b.example")]
    [InlineData("-bP", "+nolist", 0, "no address, domain, host, or local part list called \"nolist\" exists")]
    [InlineData("-bP", "router_list", 0, "al\nloc\nsv")]
    [InlineData("-bP", "transport tt", 0, "driver = appendfile\nfile = /var/mail/x\nlockfile_timeout = 30m")]
    [InlineData("-bP", "router zz", 0, "router zz not found")]
    [InlineData("-bP", "macro X", 0, "macro X not found")]
    [InlineData("-n -bP", "message_size_limit", 0, "10M")]
    public async Task Answer_is_exims(string options, string operands, int exitCode, string output)
    {
        using var exim = new EximFixture(Configuration);
        var run = await exim.RunAsync([.. options.Split(' '), .. operands.Split(' ')]);
        Assert.Equal((exitCode, output + "\n", ""), (run.ExitCode, run.Output, run.Errors));
    }

    [Theory]
    [InlineData("exim: unknown or malformed retry error \"nonsense\"\n", "-brt", "b.example", "nonsense")]
    [InlineData("exim: -brt needs a domain or address argument, and takes a host and an error\n", "-brt")]
    public async Task Retry_test_says_what_it_needs(string error, params string[] arguments)
    {
        using var exim = new EximFixture(Configuration);
        var run = await exim.RunAsync(arguments);
        Assert.Equal((1, error), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task All_main_options_are_shown_with_their_defaults()
    {
        using var exim = new EximFixture(Configuration);
        var lines = (await exim.RunAsync("-bP")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Policy.Configuration.MainOptionTable.Instance.All.Count(), lines.Length);
        Assert.Contains("qualify_domain = q.example", lines);
        Assert.Contains("acl_smtp_data =", lines.Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task Addresses_of_the_input_are_verified()
    {
        using var exim = new EximFixture(Configuration);
        var run = await exim.RunWithInputAsync("bob@b.example\nf@a.example\n", "-bv");
        Assert.Equal((2, "> bob@b.example verified\n> f@a.example failed to verify: no way\n> \n"), (run.ExitCode, run.Output));
    }
}
