using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Messages on standard input without SMTP, and the ACLs that decide about them.</summary>
public sealed class MessageSubmissionTests : IDisposable
{
    private const string Configuration = """
        acl_not_smtp = check
        acl_not_smtp_start = start
        acl_smtp_connect = never
        acl_smtp_rcpt = never
        log_file_path = DIR/%slog
        spool_directory = DIR/s
        primary_hostname = gw.example.com
        qualify_domain = example.org
        qualify_recipient = example.com
        begin acl
        never:
          deny message = no SMTP here
        start:
          warn set acl_m_start = <$sender_address>[$recipients]$received_protocol,$message_size,$sender_ident
          warn condition = ${if match{$sender_address}{asis}}
               control = suppress_local_fixups
          deny
        check:
          deny condition = ${if eq{$h_subject:}{deny}}
               message = you may not
               log_message = no no
          defer condition = ${if eq{$h_subject:}{defer}}
               message = not now
          deny condition = ${if eq{$h_subject:}{plain}}
          deny condition = ${if eq{$h_subject:}{broken}}
               hosts = *
          discard condition = ${if eq{$h_subject:}{discard}}
          warn add_header = X-Seen: $acl_m_start <$sender_address>[$recipients] $received_protocol <$sender_host_address>
          accept
        begin routers
        local:
          driver = accept
          transport = maildir
        begin transports
        maildir:
          driver = appendfile
          directory = DIR/mail/$local_part
          maildir_format
        """;

    private readonly EximFixture _exim = new(Configuration);

    public void Dispose() => _exim.Dispose();

    [Fact]
    public async Task Message_for_the_addresses_of_the_command_line_is_accepted_and_delivered()
    {
        Assert.Equal(new EximRun(0, "", ""), await SendAsync("Subject: ok\nTo: else@example.com\n\nbody\n", "-f", "me@a.example", "user", "Two <two@example.com>, three"));

        foreach (var user in (string[])["user", "two", "three"])
        {
            var mail = Delivered(user);
            Assert.Contains(
                $"X-Seen: <me@a.example>[user@example.com, two@example.com, three@example.com]local,0,{Environment.UserName} "
                + "<me@a.example>[user@example.com, two@example.com, three@example.com] local <>\n",
                mail,
                StringComparison.Ordinal);
            Assert.Contains($"Received: from {Environment.UserName} by gw.example.com with local (MailPipeline)\n", mail, StringComparison.Ordinal);
            Assert.EndsWith("\n\nbody\n", mail, StringComparison.Ordinal);
        }

        Assert.Contains($" <= me@a.example U={Environment.UserName} P=local S=", MainLog(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_is_completed_unless_the_start_acl_says_otherwise()
    {
        await SendAsync("Subject: ok\n\nbody\n", "-f", "me@a.example", "-F", "Full Name", "user");
        var mail = Delivered("user");
        Assert.Matches(@"\nMessage-Id: <E[0-9A-Za-z-]+@gw\.example\.com>\n", mail);
        Assert.Contains("\nFrom: Full Name <me@a.example>\n", mail, StringComparison.Ordinal);
        Assert.Matches(@"\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}\n", mail);

        await SendAsync("Subject: ok\nFrom: a@b.example\nDate: then\nMessage-ID: <x@y>\n\nbody\n", "other");
        mail = Delivered("other");
        Assert.Equal((1, 1, 1), (Count(mail, "\nFrom:"), Count(mail, "\nDate:"), Count(mail.ToLowerInvariant(), "\nmessage-id:")));

        await SendAsync("Subject: ok\n\nbody\n", "-f", "asis@a.example", "third");
        mail = Delivered("third");
        Assert.Equal((0, 0, 0), (Count(mail, "\nFrom:"), Count(mail, "\nDate:"), Count(mail, "\nMessage-Id:")));
    }

    [Theory]
    [InlineData("deny", "you may not", "no no")]
    [InlineData("defer", "not now", "not now")]
    [InlineData("plain", "local configuration problem", "")]
    [InlineData("broken", "local configuration problem", "cannot test hosts condition in non-SMTP ACL")]
    public async Task Refusal_is_final_whatever_the_verb(string subject, string told, string logged)
    {
        var run = await SendAsync($"Subject: {subject}\n\nbody\n", "-f", "me@a.example", "user");

        Assert.Equal(new EximRun(1, "", $"exim: message rejected by non-SMTP ACL: {told}\n"), run with { Errors = run.Errors.ReplaceLineEndings("\n") });
        Assert.Empty(_exim.Mailbox("user"));
        Assert.Contains($" F=<me@a.example> rejected by non-SMTP ACL: {logged}\n", MainLog(), StringComparison.Ordinal);
        Assert.Contains("\nEnvelope-from: <me@a.example>\n", File.ReadAllText(_exim.Path("rejectlog")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discarded_message_is_taken_and_not_delivered()
    {
        Assert.Equal(new EximRun(0, "", ""), await SendAsync("Subject: discard\n\nbody\n", "user"));
        Assert.Empty(_exim.Mailbox("user"));
        Assert.Equal("0\n", (await _exim.RunAsync("-bpc")).Output);
    }

    [Fact]
    public async Task Header_says_for_whom_the_message_is()
    {
        await SendAsync("Subject: ok\nTo: one@example.com, not@example.com\nCc: two\nBcc: three@example.com\n\nbody\n", "-t", "not@example.com");

        Assert.All((string[])["one", "two", "three"], user => Assert.DoesNotContain("three", Header(Delivered(user), "Bcc"), StringComparison.Ordinal));
        Assert.Empty(_exim.Mailbox("not"));
        Assert.Contains("[]local,0", Delivered("one"), StringComparison.Ordinal);
        Assert.Contains("[one@example.com, two@example.com, three@example.com] local", Delivered("one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_is_sent_on_goes_to_those_it_is_sent_on_to()
    {
        await SendAsync("Subject: ok\nTo: one@example.com\nBcc: kept@example.com\nResent-To: two@example.com\nResent-Bcc: three@example.com\n\nbody\n", "-t");

        Assert.Empty(_exim.Mailbox("one"));
        Assert.Contains("Bcc: kept@example.com\n", Delivered("two"), StringComparison.Ordinal);
        Assert.Contains("\nResent-Message-Id: <E", Delivered("three"), StringComparison.Ordinal);
        Assert.DoesNotContain("Resent-Bcc", Delivered("three"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Subject: ok\n\nx", "exim: no recipients in message")]
    [InlineData("To: undisclosed: ;\n\nx", "exim: no recipients in message")]
    [InlineData("To: a@example.com, foo@bar@baz\n\nx", "exim: invalid address: foo@bar@baz: ")]
    public async Task Header_without_readable_recipients_is_refused(string message, string error)
    {
        var run = await SendAsync(message, "-t");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(error, run.Errors, StringComparison.Ordinal);
        Assert.Contains(" found in headers\n", MainLog(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_recipient_of_the_command_line_is_named()
    {
        var run = await SendAsync("Subject: ok\n\nx", "foo@bar@baz");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("exim: bad recipient address \"foo@bar@baz\": ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dot_ends_a_message_unless_it_is_told_not_to()
    {
        const string Message = "Subject: ok\n\n..two\n.one\n.\nmore\n";
        await SendAsync(Message, "user");
        await SendAsync(Message, "-i", "other");
        Assert.EndsWith("\n\n..two\n.one\n", Delivered("user"), StringComparison.Ordinal);
        Assert.EndsWith("\n\n..two\n.one\n.\nmore\n", Delivered("other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_is_taken_message_by_message_up_to_the_first_that_is_refused()
    {
        var run = await SendAsync(
            "HELO me\nMAIL FROM:<s@x.example>\nRCPT TO:<a@example.com>\nDATA\nSubject: ok\n\n..body\n.\n"
            + "MAIL FROM:<t@x.example>\nRCPT TO:<b@example.com>\nDATA\nSubject: deny\n\nbody\n.\n"
            + "MAIL FROM:<u@x.example>\nRCPT TO:<c@example.com>\nDATA\nSubject: ok\n\nbody\n.\nQUIT\n",
            "-bS");

        Assert.Equal((1, "550 you may not\nTransaction started in line 8\nError detected in line 15\n"), (run.ExitCode, run.Output));
        Assert.EndsWith("\n\n.body\n", Delivered("a"), StringComparison.Ordinal);
        Assert.Contains("X-Seen: <s@x.example>[a@example.com]local-bsmtp,-1,", Delivered("a"), StringComparison.Ordinal);
        Assert.Empty(_exim.Mailbox("b"));
        Assert.Empty(_exim.Mailbox("c"));
        Assert.Contains(" P=local-bsmtp ", MainLog(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MAIL FROM:<t@x.example>\nFOO\n", "500 unrecognized command\nTransaction started in line 0\nError detected in line 2\nFOO\n")]
    [InlineData("RCPT TO:<x@example.com>\n", "503 MAIL must come first\nTransaction started in line 0\nError detected in line 1\nRCPT TO:<x@example.com>\n")]
    [InlineData("MAIL FROM:t@x.example\nRCPT TO:x\nDATA\nSubject: ok\n\nx\n", "421 Lost incoming connection\nTransaction started in line 0\nError detected in line 6\n")]
    public async Task Batch_that_cannot_be_read_says_where(string batch, string output) =>
        Assert.Equal((2, output), await SendAsync(batch, "-bS") is var run ? (run.ExitCode, run.Output) : default);

    [Fact]
    public async Task Running_node_takes_messages_that_are_handed_to_it()
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json")], null);
        var (choice, _) = command!.Choose();
        await using var node = await MailNode.StartAsync(choice!.ToNodeOptions() with { Listen = "127.0.0.1.0" }, CancellationToken.None);

        var large = string.Concat(Enumerable.Repeat("line of a message that is larger than any buffer on its way\n", 20_000));
        Assert.Equal(new EximRun(0, "", ""), await SendAsync("Subject: ok\n\n" + large, "user"));
        var refused = await SendAsync("Subject: deny\n\nbody\n", "user");
        var batch = await SendAsync("MAIL FROM:<>\nRCPT TO:<a@example.com>\nDATA\nSubject: ok\n\nx\n.\nMAIL FROM:<>\nRCPT TO:<b@example.com>\nDATA\nSubject: ok\n\ncut", "-bS");

        Assert.Equal("exim: message rejected by non-SMTP ACL: you may not", refused.Errors.Trim());
        Assert.Equal((1, "421 Lost incoming connection"), (batch.ExitCode, batch.Output.Split('\n')[0]));
        await node.StopAsync();
        Assert.EndsWith(large, Delivered("user"), StringComparison.Ordinal);
        Assert.Single(_exim.Mailbox("a"));
        Assert.Empty(_exim.Mailbox("b"));
    }

    [Fact]
    public async Task Messages_of_several_programs_at_once_are_all_taken()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => SendAsync("Subject: ok\n\nbody\n", $"user{i}"))));
        Assert.All(runs, run => Assert.Equal(new EximRun(0, "", ""), run));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Single(_exim.Mailbox($"user{i}")));
    }

    private Task<EximRun> SendAsync(string input, params string[] arguments) => _exim.RunWithInputAsync(input, arguments);

    private string Delivered(string user) => File.ReadAllText(Assert.Single(_exim.Mailbox(user))).ReplaceLineEndings("\n");

    private string MainLog() => File.ReadAllText(_exim.Path("mainlog"));

    private static string Header(string mail, string name) => string.Join('\n', mail.Split('\n').Where(line => line.StartsWith(name + ":", StringComparison.Ordinal)));

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
