using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Addressing;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Callers;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Users of the machine who hand over mail: what becomes of sender and header. The expected answers are those of Debian's Exim 4.96.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LocalCallersTests : IDisposable
{
    private const string Nobody = "65534";

    private const string Configuration = """
        spool_directory = DIR/s
        log_file_path = DIR/%slog
        primary_hostname = gw.example.com
        qualify_domain = example.org
        qualify_recipient = example.com
        acl_smtp_rcpt = accept
        EXTRA
        begin routers
        local:
          driver = accept
          transport = maildir
        begin transports
        maildir:
          driver = appendfile
          directory = DIR/mail/out
          maildir_format
          headers_add = X-Ids: $caller_uid $originator_uid $originator_gid $sender_ident $authenticated_id
        """;

    private static readonly CallerCredentials NobodyAtAll = new(65534, 65534, []);

    private EximFixture? _exim;

    public void Dispose() => _exim?.Dispose();

    [Theory]
    [InlineData("", null, "Subject: x\nSender: f@x\n\n", "nobody@example.org", "From: nobody <nobody@example.org>")]
    [InlineData("", "forged@y", "From: Other <x@y>\n\n", "nobody@example.org", "From: Other <x@y>|Sender: nobody <nobody@example.org>")]
    [InlineData("", "<>", "Subject: x\n\n", "", "From: nobody <nobody@example.org>")]
    [InlineData("untrusted_set_sender = *", "forged@y", "Subject: x\n\n", "forged@y", "From: nobody <forged@y>|Sender: nobody <nobody@example.org>")]
    [InlineData("untrusted_set_sender = *@z", "forged@y", "From: nobody\n\n", "nobody@example.org", "From: nobody@example.org")]
    [InlineData("", null, "From: Other <NoBody@Example.org>\n\n", "nobody@example.org", "From: Other <NoBody@Example.org>")]
    [InlineData("", null, "From: nobody@example.org, x@y\n\n", "nobody@example.org", "From: nobody@example.org, x@y|Sender: nobody <nobody@example.org>")]
    [InlineData("no_local_from_check", null, "From: Other <x@y>\nSender: f@x\n\n", "nobody@example.org", "From: Other <x@y>")]
    [InlineData("no_local_from_check\nlocal_sender_retain", null, "From: x@y\nSender: f@x\n\n", "nobody@example.org", "From: x@y|Sender: f@x")]
    [InlineData("local_from_prefix = *-\nlocal_from_suffix = +*", null, "From: <pre-nobody+x@example.org>\n\n", "nobody@example.org", "From: <pre-nobody+x@example.org>")]
    [InlineData("local_from_suffix = +*", null, "From: <pre-nobody@example.org>\n\n", "nobody@example.org", "From: <pre-nobody@example.org>|Sender: nobody <nobody@example.org>")]
    [InlineData("trusted_users = nobody", "forged@y", "Sender: f@x\n\n", "forged@y", "Sender: f@x|From: forged@y")]
    [InlineData("trusted_users = 65534", null, "Subject: x\n\n", "nobody@example.org", "From: nobody <nobody@example.org>")]
    [InlineData("trusted_groups = nogroup", "forged@y", "From: x@y\nSender: f@x\n\n", "forged@y", "From: x@y|Sender: f@x")]
    [InlineData("gecos_pattern = ^no(.*)\ngecos_name = <$1> & $0", null, "Subject: x\n\n", "nobody@example.org", "From: \"<body> & nobody\" <nobody@example.org>")]
    [InlineData("acl_not_smtp_start = accept control = suppress_local_fixups", "forged@y", "From: x@y\nSender: f@x\n\n", "nobody@example.org", "From: x@y|Sender: f@x")]
    [InlineData("", null, "From me@x.y Thu Nov 20 10:00:00 2025\nFrom: x@y\n\n", "nobody@example.org", "From: x@y|Sender: nobody <nobody@example.org>")]
    [InlineData("untrusted_set_sender = *", null, "From me@x.y Thu Nov 20 10:00:00 2025\nFrom: x@y\n\n", "me@x.y", "From: x@y|Sender: nobody <nobody@example.org>")]
    [InlineData("untrusted_set_sender = *", "forged@y", "From me@x.y Thu Nov 20 10:00:00 2025\nFrom: nobody\n\n", "forged@y", "From: nobody@example.org")]
    [InlineData("trusted_users = nobody\nuucp_from_pattern = ^From\\s+(\\S+) bla\nuucp_from_sender = q-$1", null, "From me bla\nFrom: x@y\n\n", "q-me@example.org", "From: x@y")]
    public async Task Sender_of_a_message_is_who_sends_it(string options, string? sender, string header, string envelope, string fields)
    {
        var mail = await SendAsync(options, header, sender is null ? null : CommandLineScope.Address(sender, "", EnvelopeAddressForms.None, out _) ?? EnvelopeAddress.Null);

        Assert.Equal((envelope, fields), (Envelope(), Fields(mail)));
        Assert.Contains("\nX-Ids: 65534 65534 65534 nobody nobody\n", mail, StringComparison.Ordinal);
        Assert.Contains($" <= {(envelope.Length == 0 ? "<>" : envelope)} U=nobody P=local S=", MainLog(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "<nobody@example.org> nobody nobody@example.org local-esmtp|From: x@y|Sender: nobody <nobody@example.org>")]
    [InlineData("untrusted_set_sender = *@y", "<forged@y> nobody nobody@example.org local-esmtp|From: x@y|Sender: nobody <nobody@example.org>")]
    [InlineData("trusted_users = nobody", "<forged@y> nobody  local-esmtp|From: x@y|Sender: s@x")]
    public async Task Session_has_the_sender_of_who_speaks(string options, string expected)
    {
        await using var node = await StartAsync(options);
        var replies = await SpeakAsync(node, NobodyAtAll, null, "From: x@y\nSender: s@x\n\n");

        Assert.Contains("250-gw.example.com Hello nobody at me\r\n", replies, StringComparison.Ordinal);
        await node.StopAsync();
        var mail = Delivered();
        var sender = mail.Contains("Sender: nobody", StringComparison.Ordinal) ? "nobody@example.org" : "";
        Assert.Equal(expected, $"<{Envelope()}> nobody {sender} local-esmtp|{Fields(mail)}");
        Assert.Contains(" U=nobody P=local-esmtp S=", MainLog(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_program_says_of_its_client_is_believed_of_trusted_users_alone()
    {
        var claims = new LocalClaims
        {
            Client = "1.2.3.4:55",
            Interface = "5.6.7.8:9",
            ClientName = "host.x",
            Ident = "ident",
            Protocol = "proto",
            Authenticator = "auth",
            AuthenticatedId = "id",
        };
        await using (var node = await StartAsync(""))
        {
            await node.Submission.TakeAsync(
                _ => Task.FromResult<LocalMessage?>(Message(null) with { Claims = claims }), Content("From: x@y\n\n"), CancellationToken.None);
            await SpeakAsync(node, new CallerCredentials(0, 0, []), claims with { Client = null }, "Subject: x\n\n");
        }

        Assert.Contains(" <= nobody@example.org U=nobody P=local S=", MainLog(), StringComparison.Ordinal);
        Assert.Contains(" <= forged@y U=ident P=proto A=auth:id S=", MainLog(), StringComparison.Ordinal);

        await using (var node = await MailNode.StartAsync(Options("") with { Macros = Trusting("nobody") }, CancellationToken.None))
        {
            await node.Submission.TakeAsync(
                _ => Task.FromResult<LocalMessage?>(Message(null) with { Claims = claims }), Content("From: x@y\n\n"), CancellationToken.None);
        }

        Assert.Contains(" <= nobody@example.org H=host.x [1.2.3.4] U=ident P=proto A=auth:id S=", MainLog(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_without_an_account_is_refused_unless_the_configuration_has_a_name_for_it()
    {
        var stranger = new CallerCredentials(3_999_999_999, 3_999_999_999, []);
        await using (var node = await StartAsync(""))
        {
            var end = await node.Submission.TakeAsync(
                _ => Task.FromResult<LocalMessage?>(Message(null) with { Caller = stranger }), Content("From: x@y\n\n"), CancellationToken.None);
            Assert.Equal((554, "Failed to get user name for uid 3999999999"), (end!.Reply.Code, end.Reply.Text));
            Assert.StartsWith("554 Failed to get user name for uid 3999999999", await SpeakAsync(node, stranger, null, ""), StringComparison.Ordinal);
        }

        Assert.Contains("Failed to get user name for uid 3999999999", File.ReadAllText(_exim!.Path("paniclog")), StringComparison.Ordinal);
        await using (var node = await StartAsync("unknown_login = u$exim_uid\nunknown_username = Nemo"))
        {
            await node.Submission.TakeAsync(
                _ => Task.FromResult<LocalMessage?>(Message(null) with { Caller = stranger }), Content("Subject: x\n\n"), CancellationToken.None);
        }

        Assert.Contains($"\nFrom: Nemo <u{PeerCredentials.Own.UserId}@example.org>\n", Delivered(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "From me@x.y Thu Nov 20 10:00:00 2025\nFrom: x@y\n\n", "forged@y", 0)]
    [InlineData("ignore_fromline_local", "From me@x.y Thu Nov 20 10:00:00 2025\nFrom: x@y\n\n", "me@x.y", 1)]
    [InlineData("ignore_fromline_local", "From: x@y\n\n", "forged@y", 1)]
    public async Task From_line_in_a_session_is_left_out_where_the_configuration_says_so(string options, string header, string envelope, int authors)
    {
        await using (var node = await StartAsync(options))
        {
            await SpeakAsync(node, new CallerCredentials(0, 0, []), null, header);
        }

        Assert.Equal(envelope, Envelope());
        Assert.Equal(authors, Delivered().Split("\n\n")[0].Split('\n').Count(line => line == "From: x@y"));
    }

    [AnotherUserFact]
    public async Task Other_users_hand_over_mail_at_the_open_socket_and_may_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("op");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            var socket = Path.Combine(folder.FullName, "submit.sock");
            await using (await MailNode.StartAsync(Options("", socket), CancellationToken.None))
            {
                Assert.Equal((UnixFileMode)0b110_110_110, File.GetUnixFileMode(socket));
                Assert.Equal((0, "", ""), await AsNobodyAsync(socket, "Subject: x\n\nbody\n", "-f", "forged@y", "someone"));
                var session = await AsNobodyAsync(socket, "EHLO me\nMAIL FROM:<forged@y>\nRCPT TO:<a@example.com>\nDATA\nSubject: y\n\nb\n.\nQUIT\n", "-bs", "-odq");
                Assert.Contains("250 OK id=", session.Output, StringComparison.Ordinal);
                Assert.Equal((1, "", "exim: permission denied\n"), await AsNobodyAsync(socket, "", "-bp"));
                Assert.Equal((1, "", "exim: permission denied\n"), await AsNobodyAsync(socket, "", "-q"));
                Assert.Equal((1, "", "exim: permission denied\n"), await AsNobodyAsync(socket, "", "-Mrm", "1xVJdm-0000fQ-0Y"));
            }

            Assert.False(File.Exists(socket));
            Assert.Contains("\nFrom: nobody <nobody@example.org>\n", Delivered(), StringComparison.Ordinal);
            Assert.Contains(" <= nobody@example.org U=nobody P=local-esmtp S=", MainLog(), StringComparison.Ordinal);

            await using (await MailNode.StartAsync(Options("no_prod_requires_admin\nno_queue_list_requires_admin", socket), CancellationToken.None))
            {
                Assert.Equal((0, "0\n", ""), await AsNobodyAsync(socket, "", "-bpc"));
                Assert.Equal((0, "", ""), await AsNobodyAsync(socket, "", "-q"));
                Assert.Equal((1, "", "exim: permission denied\n"), await AsNobodyAsync(socket, "", "-Mrm", "1xVJdm-0000fQ-0Y"));
            }

            await using (await MailNode.StartAsync(Options("admin_groups = nogroup", socket), CancellationToken.None))
            {
                Assert.Equal((1, "Spool data file for 1xVJdm-0000fQ-0Y does not exist\n", ""), await AsNobodyAsync(socket, "", "-Mrm", "1xVJdm-0000fQ-0Y"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Socket_for_all_users_is_taken_from_nobody()
    {
        var folder = Directory.CreateTempSubdirectory("op");
        try
        {
            var socket = Path.Combine(folder.FullName, "submit.sock");
            var options = Options("", socket);
            using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            {
                other.Bind(new UnixDomainSocketEndPoint(socket));
                other.Listen();
                var error = await Assert.ThrowsAsync<NodeStartException>(() => MailNode.StartAsync(options, CancellationToken.None));
                Assert.Equal([$"Submission:Socket: {socket}: another program listens there"], error.Problems);
            }

            await File.WriteAllTextAsync(socket, ""); // as a killed node leaves it
            await using var node = await MailNode.StartAsync(options, CancellationToken.None);
            using var client = await AdminClient.ConnectToAsync(socket, CancellationToken.None);
            Assert.NotNull(client);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Checks_can_be_for_administrators_alone()
    {
        _exim = new EximFixture(Configuration.Replace("EXTRA", "commandline_checks_require_admin", StringComparison.Ordinal));
        var run = await _exim.RunAsync("-be", "x");
        Assert.Equal(Environment.IsPrivilegedProcess ? new EximRun(0, "x\n", "") : new EximRun(1, "", "exim: those command-line flags are set to require admin\n"), run with { Errors = run.Errors.ReplaceLineEndings("\n") });
    }

    [Theory]
    [InlineData("trusted_users = root : nosuchuser", "user nosuchuser was not found")]
    [InlineData("trusted_groups = nosuchgroup", "group nosuchgroup was not found")]
    [InlineData("admin_groups = 77 : nosuchgroup", "group nosuchgroup was not found")]
    [InlineData("gecos_pattern = ^(", "regular expression error in \"^(\"")]
    public async Task Configuration_with_unknown_names_is_refused(string option, string problem)
    {
        _exim = new EximFixture(Configuration.Replace("EXTRA", option, StringComparison.Ordinal));
        var run = await _exim.RunAsync("-bV");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"Exim configuration error in line 7 of {_exim.ConfigurationFile}:\n  {problem}", run.Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    private static LocalMessage Message(EnvelopeAddress? sender) => new() { Caller = NobodyAtAll, Sender = sender, Recipients = [new("out", "")] };

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));

    private static ImmutableDictionary<string, string> Trusting(string user) => ImmutableDictionary<string, string>.Empty.Add("TRUSTING", user);

    private static async Task<string> SpeakAsync(MailNode node, CallerCredentials caller, LocalClaims? claims, string header)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes($"EHLO me\nMAIL FROM:<forged@y>\nRCPT TO:<out@example.com>\nDATA\n{header}.\nQUIT\n"));
        using var output = new MemoryStream();
        await node.Submission.RunAsync(input, output, LocalSubmission.ClientOf(caller, new LocalSession(claims, LocalDelivery.Unsaid)), CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async Task<(int ExitCode, string Output, string Errors)> AsNobodyAsync(string socket, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", Path.Combine(AppContext.BaseDirectory, "mailpipeline"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["MAILPIPELINE_Submission__Socket"] = socket, ["HOME"] = "/nonexistent", ["DOTNET_EnableDiagnostics"] = "0" },
        };
        using var program = Process.Start(start)!;
        await program.StandardInput.WriteAsync(input);
        program.StandardInput.Close();
        var output = program.StandardOutput.ReadToEndAsync();
        var errors = await program.StandardError.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, await output, errors);
    }

    private async Task<string> SendAsync(string options, string header, EnvelopeAddress? sender)
    {
        await using (var node = await StartAsync(options))
        {
            var end = await node.Submission.TakeAsync(_ => Task.FromResult<LocalMessage?>(Message(sender)), Content(header), CancellationToken.None);
            Assert.True(end!.Reply.IsPositive, end.Reply.ToString());
        }

        return Delivered();
    }

    private NodeOptions Options(string options, string? socket = null)
    {
        _exim?.Dispose();
        _exim = new EximFixture(Configuration.Replace("EXTRA", options.Length == 0 ? ".ifdef TRUSTING\ntrusted_users = TRUSTING\n.endif" : options, StringComparison.Ordinal));
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json")], null);
        var (choice, _) = command!.Choose();
        var node = choice!.ToNodeOptions() with { Listen = "127.0.0.1.0" };
        return socket is null ? node : node with { Settings = node.Settings with { Submission = new() { Socket = socket } } };
    }

    private Task<MailNode> StartAsync(string options) => MailNode.StartAsync(Options(options), CancellationToken.None);

    /// <summary>The node has stopped, and so delivered what it had taken.</summary>
    private string Delivered() => File.ReadAllText(Assert.Single(_exim!.Mailbox("out"))).ReplaceLineEndings("\n");

    private string MainLog() => File.ReadAllText(_exim!.Path("mainlog"));

    private string Envelope() => MainLog().Split('\n').Single(line => line.Contains(" <= ", StringComparison.Ordinal)).Split(' ')[4].Replace("<>", "", StringComparison.Ordinal);

    private static string Fields(string mail) => string.Join(
        '|', mail.Split('\n').Where(line => line.StartsWith("From", StringComparison.Ordinal) || line.StartsWith("Sender", StringComparison.Ordinal)));
}
