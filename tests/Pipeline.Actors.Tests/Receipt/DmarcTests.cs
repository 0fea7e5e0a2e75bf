using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Dkim;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>DMARC of messages as they are received: when it is asked, what ACLs see of it, and what is left of it.</summary>
public sealed class DmarcTests : ReceiptTestKit
{
    private const string Mail = "From: Ann <ann@a.test>\r\nSubject: x\r\n\r\nbody\r\n";

    private const string Shows = """
        acl_smtp_data = check_data
        begin acl
        check_data:
          warn logwrite = before <$dmarc_status>
          deny dmarc_status = reject
               message = $dmarc_used_domain says $dmarc_domain_policy
          accept add_header = :at_start:${authresults{mx.test}}
                 logwrite = $dmarc_status|$dmarc_status_text|$dmarc_used_domain|$dmarc_domain_policy|$dmarc_alignment_spf|$dmarc_alignment_dkim
        """;

    private static readonly SigningKey Key = new("a.test");

    private TestPolicy? _policy;

    [Fact]
    public async Task A_signature_of_the_author_s_domain_makes_the_message_pass()
    {
        var service = Service(Shows, ("_dmarc.a.test", Text("v=DMARC1; p=reject")));

        Assert.Equal(250, (await SendAsync(service, Key.Sign(Mail, Time))).Reply.Code);

        Assert.Contains("before <none>", _policy!.Lines);
        Assert.Equal("accept|Accept|a.test|reject|no|yes", _policy.Lines.Last());
        Assert.Contains(_policy.Lines, line => line.EndsWith(" DMARC results: spf_domain=from.example dmarc_domain=a.test spf_align=no dkim_align=yes enforcement='Accept'", StringComparison.Ordinal));
        Assert.Contains("dmarc=pass policy.dmarc=reject header.from=a.test", StoredHeader(), StringComparison.Ordinal);
        var check = Assert.Single(Journal().OfType<CheckCompleted>(), check => check.Check == "dmarc");
        Assert.Equal(("pass", "a.test: dkim a.test is aligned (p= of a.test), policy reject"), (check.Result, check.Detail));
    }

    [Fact]
    public async Task A_message_in_the_name_of_another_is_refused_when_its_owner_asks_for_that()
    {
        var service = Service(Shows, ("_dmarc.a.test", Text("v=DMARC1; p=reject")));

        var decision = await SendAsync(service, Mail);

        Assert.Equal((550, "a.test says reject"), (decision.Reply.Code, decision.Reply.Text));
        Assert.Empty(Store.Accepted);
    }

    [Theory]
    [InlineData("v=DMARC1; p=reject; t=y", "quarantine|Quarantine|a.test|reject|no|no")]
    [InlineData("v=DMARC1; p=none", "none|None, Accept|a.test|none|no|no")]
    [InlineData("v=spf1 -all", "norecord|No DMARC record|a.test||no|no")]
    [InlineData("v=DMARC1; p=nonsense", "norecord|No DMARC record|a.test||no|no")]
    public async Task Each_answer_has_its_word(string record, string seen)
    {
        Assert.Equal(250, (await SendAsync(Service(Shows, ("_dmarc.a.test", Text(record))), Mail)).Reply.Code);
        Assert.Equal(seen, _policy!.Lines.Last());
    }

    [Fact]
    public async Task A_name_server_that_fails_is_a_temporary_error()
    {
        var service = Service(Shows, ("_dmarc.a.test", new ZoneName([], DnsAnswer.TemporaryFailure("SERVFAIL"))));
        Assert.Equal(250, (await SendAsync(service, Mail)).Reply.Code);
        Assert.Equal("temperror|Internal Policy Error|a.test||no|no", _policy!.Lines.Last());
    }

    [Fact]
    public async Task A_message_without_an_author_says_so()
    {
        Assert.Equal(250, (await SendAsync(Service(Shows), "Subject: x\r\n\r\nbody\r\n")).Reply.Code);
        Assert.Equal("nofrom|No From: domain found|||no|no", _policy!.Lines.Last());
        Assert.Contains("dmarc=permerror", StoredHeader(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dmarc_disable_verify", "off")]
    [InlineData("dkim_disable_verify", "off")]
    [InlineData("", "none")]
    public async Task A_control_switches_it_off(string control, string before)
    {
        var service = Service(
            $"acl_smtp_mail = check_mail\n{Shows}\ncheck_mail:\n  accept\n{(control.Length == 0 ? "" : $"  control = {control}")}\n", ("_dmarc.a.test", Text("v=DMARC1; p=none")));

        await SendAsync(service, Mail);

        Assert.Contains($"before <{before}>", _policy!.Lines);
        Assert.StartsWith(control.Length == 0 ? "none|None, Accept|a.test" : "off|||", _policy.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(control.Length == 0, StoredHeader().Contains("dmarc=", StringComparison.Ordinal));
        Assert.Equal(control.Length == 0, Journal().OfType<CheckCompleted>().Any(check => check.Check == "dmarc"));
    }

    [Fact]
    public async Task An_authenticated_client_is_not_asked_whose_mail_it_sends()
    {
        var service = Service(Shows + """

            begin authenticators
            plain:
              driver = plaintext
              public_name = PLAIN
              server_prompts = :
              server_condition = yes
              server_set_id = $auth2
            """, ("_dmarc.a.test", Text("v=DMARC1; p=reject")));
        await using var session = await OpenAsync(service);
        Assert.Equal(235, (await session.AuthenticateAsync("PLAIN", Encoding.ASCII.GetBytes("\0u\0p"), CancellationToken.None)).Reply.Code);
        await session.MailAsync(From("sender"), CancellationToken.None);
        await session.RecipientAsync(To("b"), CancellationToken.None);
        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync(Encoding.ASCII.GetBytes(Mail), CancellationToken.None);

        Assert.Equal(250, (await session.EndDataAsync(CancellationToken.None)).Reply.Code);

        Assert.Equal("none|||||", _policy!.Lines.Last());
        Assert.DoesNotContain(Journal().OfType<CheckCompleted>(), check => check.Check == "dmarc");
    }

    [Fact]
    public async Task The_record_is_asked_for_while_the_body_comes()
    {
        var dns = new WatchedDns();
        var service = Service(Shows, dns);
        await using var session = await OpenAsync(service);
        await session.MailAsync(From("sender"), CancellationToken.None);
        await session.RecipientAsync(To("b"), CancellationToken.None);
        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync("From: ann@a.test\r\n\r\nbody"u8.ToArray(), CancellationToken.None);
        await dns.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        dns.Answer.SetResult(DnsAnswer.Of(TextRecord.Of("v=DMARC1; p=none")));
        await session.WriteAsync("\r\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal(250, (await session.EndDataAsync(CancellationToken.None)).Reply.Code);
        Assert.StartsWith("none|None, Accept|a.test|none", _policy!.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_server_that_does_not_answer_in_time_is_a_temporary_error()
    {
        var dns = new WatchedDns();
        var service = Service(Shows, dns);
        await using var session = await OpenAsync(service);
        await session.MailAsync(From("sender"), CancellationToken.None);
        await session.RecipientAsync(To("b"), CancellationToken.None);
        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync("From: ann@a.test\r\n\r\nbody\r\n"u8.ToArray(), CancellationToken.None);
        var end = session.EndDataAsync(CancellationToken.None).AsTask();

        // The check's own timer is armed somewhere behind the end of data: time goes on until it has gone off. No other timer is near.
        while (!end.IsCompleted && !_policy!.Lines.Any(line => line.StartsWith("temperror", StringComparison.Ordinal)))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(250, (await end).Reply.Code);
        Assert.StartsWith("temperror|Internal Policy Error|a.test|", _policy!.Lines.Last(), StringComparison.Ordinal);
        Assert.Contains("no result within", Assert.Single(Journal().OfType<CheckCompleted>(), check => check.Check == "dmarc").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_acl_that_asks_nothing_is_asked()
    {
        var dns = new WatchedDns();
        var service = Service("acl_smtp_data = check_data\nbegin acl\ncheck_data:\n  accept\n", dns);
        Assert.Equal(250, (await SendAsync(service, Mail)).Reply.Code);
        Assert.False(dns.Asked.Task.IsCompleted);
    }

    [Fact]
    public async Task RFC_7489_goes_by_the_list_of_suffixes_and_without_one_nothing_is_judged()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "test\nco.test\n");
            (string, ZoneName)[] zone = [("_dmarc.shop.co.test", Text("v=DMARC1; p=reject; sp=quarantine")), ("_dmarc.co.test", Text("v=DMARC1; p=none; psd=y"))];
            const string Message = "From: x@www.shop.co.test\r\n\r\nbody\r\n";
            await SendAsync(Service($"dmarc_evaluation = rfc7489\ndmarc_tld_file = {file}\n{Shows}", zone), Message);
            Assert.Equal("quarantine|Quarantine|shop.co.test|reject|no|no", _policy!.Lines.Last());

            await SendAsync(Service($"dmarc_evaluation = rfc7489\ndmarc_tld_file = {file}.missing\n{Shows}", zone), Message);
            Assert.Equal("none|||||", _policy.Lines.Last());
            Assert.Contains(_policy.Lines, line => line.EndsWith($"DMARC is not evaluated: dmarc_tld_file {file}.missing: No such file or directory", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_history_has_a_record_of_each_message_that_a_record_decides_about()
    {
        var history = new ScriptedRecords();
        Records = history;
        var service = Service("dmarc_history_file = /history/$primary_hostname\n" + Shows, ("_dmarc.a.test", Text("v=DMARC1; p=none")));

        await SendAsync(service, Mail);
        await SendAsync(service, "From: x@b.test\r\n\r\nbody\r\n");

        var (path, record) = Assert.Single(history.Written);
        Assert.Equal("/history/mx.test", path);
        Assert.StartsWith($"job {Store.Accepted.First().Id}\nreporter mx.test\n", record, StringComparison.Ordinal);
        Assert.Contains("\nipaddr 192.0.2.1\nfrom a.test\nmfrom from.example\nspf 6\npdomain a.test\npolicy 18\n", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_that_cannot_be_written_is_said_and_the_message_goes_on()
    {
        Records = new ScriptedRecords { Failure = new IOException("no room") };
        var service = Service("dmarc_history_file = /history\n" + Shows, ("_dmarc.a.test", Text("v=DMARC1; p=none")));

        Assert.Equal(250, (await SendAsync(service, Mail)).Reply.Code);

        Assert.Contains(_policy!.Lines, line => line.EndsWith(" failure to write DMARC history file: no room", StringComparison.Ordinal));
    }

    private static ZoneName Text(string record) => new([TextRecord.Of(record)]);

    private string StoredHeader() => Encoding.UTF8.GetString(Store.Accepted.Last().HeaderBlock.Span);

    private IEnumerable<JournalEvent> Journal() => Store.Accepted.Last().Journal.Select(entry => entry.Event);

    private ReceiptService Service(string configuration, params ReadOnlySpan<(string Name, ZoneName Records)> names)
    {
        var zone = SigningKey.Zone(Key);
        foreach (var (name, records) in names)
        {
            zone = zone.Add(name, records);
        }

        return Service(_policy = Policy(configuration, zone));
    }

    private ReceiptService Service(string configuration, IDnsResolver dns) => Service(
        _policy = Policy(configuration, SigningKey.Zone(Key)), limits: new ReceiptLimits { OpenDeadline = TimeSpan.FromDays(40), CommitDeadline = TimeSpan.FromDays(40) }, dns: dns);

    private TestPolicy Policy(string configuration, ImmutableDictionary<string, ZoneName> zone) =>
        new("acl_smtp_rcpt = accept_all\n" + configuration.Replace("begin acl\n", "begin acl\naccept_all:\n  accept\n", StringComparison.Ordinal), Time, zone);

    private sealed class ScriptedRecords : IRecordFile
    {
        public List<(string Path, string Record)> Written { get; } = [];

        public IOException? Failure { get; init; }

        public ValueTask AppendAsync(string path, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
        {
            Written.Add((path, Encoding.ASCII.GetString(record.Span)));
            return Failure is null ? ValueTask.CompletedTask : ValueTask.FromException(Failure);
        }
    }

    /// <summary>Knows of nothing, and answers for the author's record when the test wants it to.</summary>
    private sealed class WatchedDns : IDnsResolver
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<DnsAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
        {
            if (name != "_dmarc.a.test")
            {
                return DnsAnswer.NonExistentDomain;
            }

            Asked.TrySetResult();
            return await Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
