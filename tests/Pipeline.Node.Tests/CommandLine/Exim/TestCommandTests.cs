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

    [Fact]
    public async Task All_options_of_a_driver_are_shown_with_their_defaults()
    {
        using var exim = new EximFixture(Configuration);
        var lines = (await exim.RunAsync("-bP", "transport", "tt")).Output.Split('\n');
        string[] expected =
        [
            "driver = appendfile", "no_envelope_to_add", "file = /var/mail/x", "lockfile_timeout = 30m", "lockfile_mode = 0600", "lock_retries = 10", "check_string = From ",
            "create_file = anywhere", "directory_mode = 0700", "no_maildir_format", "check_owner", "batch_max = 1", "transport_filter_timeout = 5m", "lock_interval = 3s",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
        Assert.Equal(lines.Length, lines.Select(line => line.Split(" = ")[0]).Distinct().Count());

        lines = (await exim.RunAsync("-bP", "router", "al")).Output.Split('\n');
        Assert.All((string[])["more", "no_unseen", "verify_sender", "self = freeze", "allow_fail", "allow_defer", "no_one_time", "domains = a.example"], line => Assert.Contains(line, lines));
    }

    [Fact]
    public async Task Macros_and_environment_are_shown()
    {
        using var exim = new EximFixture("keep_environment = PATH\nadd_environment = FOO=bar\nONE = one\n" + Configuration);
        Assert.Equal($"FOO=bar\nPATH={Environment.GetEnvironmentVariable("PATH")}\n", (await exim.RunAsync("-bP", "environment")).Output);
        var macros = (await exim.RunAsync("-bP", "macros")).Output.Split('\n');
        Assert.Contains("_HAVE_TLS=y", macros);
        Assert.Contains("ONE=one", macros);
    }

    [Theory]
    [InlineData("clean", 0, "No malware found.\n")]
    [InlineData("wanted-beast", 1, "Malware found: beast\n")]
    public async Task File_is_scanned_for_malware(string content, int exitCode, string output)
    {
        using var exim = new EximFixture("av_scanner = cmdline:grep -rh wanted %s || true:wanted-:wanted-([a-z]+)\n" + Configuration);
        await File.WriteAllTextAsync(exim.Path("suspect"), content);
        Assert.Equal(new EximRun(exitCode, output, ""), await exim.RunAsync("-bmalware", exim.Path("suspect")));
    }

    [Fact]
    public async Task Scan_that_is_impossible_says_why()
    {
        using var exim = new EximFixture("av_scanner = clamd:/nonexistent\n" + Configuration);
        var run = await exim.RunAsync("-bmalware", exim.Path("suspect"));
        Assert.Equal((1, "Malware lookup returned non-okay/fail: 1\n", $"exim: malware acl condition: {exim.Path("suspect")}: no such file"), (run.ExitCode, run.Output, run.Errors.Trim()));
        run = await exim.RunAsync("-bmalware", exim.ConfigurationFile);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("exim: malware acl condition: clamd /nonexistent : unable to connect to UNIX socket (/nonexistent)", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretended_delivery_ends_a_message_and_runs_no_transport()
    {
        using var exim = new EximFixture("log_file_path = DIR/%slog\n" + EximFixture.Default);
        Assert.Equal(new EximRun(0, "", ""), await exim.RunWithInputAsync("Subject: x\n\nbody\n", "-N", "-oMm", "1xVJdm-0000fQ-0Y", "user@example.com"));
        Assert.Empty(exim.Mailbox("user"));
        var log = await File.ReadAllTextAsync(exim.Path("mainlog"));
        Assert.Matches(@" <= \S+ R=1xVJdm-0000fQ-0Y U=", log);
        Assert.Contains(" *> user <user@example.com> R=local T=maildir\n", log, StringComparison.Ordinal);
        Assert.Contains(" Completed\n", log, StringComparison.Ordinal);
        Assert.Equal("0\n", (await exim.RunAsync("-bpc")).Output);
    }

    [Theory]
    [InlineData("-bh", "250 Accepted")]
    [InlineData("-bhc", "451 ")]
    public async Task Callouts_of_a_session_are_made_when_they_are_asked_for(string mode, string reply)
    {
        using var exim = new EximFixture("""
            spool_directory = DIR/s
            acl_smtp_rcpt = rcpt
            begin acl
            rcpt:
              require verify = recipient/callout=5s
              accept
            begin routers
            away:
              driver = manualroute
              route_list = * 127.0.0.1
              self = send
              transport = smtp
            begin transports
            smtp:
              driver = smtp
              port = 1
              allow_localhost
            """);
        var run = await exim.RunWithInputAsync("EHLO me\nMAIL FROM:<>\nRCPT TO:<a@elsewhere.example>\nQUIT\n", mode, "192.0.2.9");
        Assert.Contains(reply, run.Output, StringComparison.Ordinal);
    }
}
