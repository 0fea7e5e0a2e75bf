using System.Net;
using System.Text;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Dkim;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>What the ACLs about one message see of it, of each other, and of its checks.</summary>
public sealed class ContentAclTests : ReceiptTestKit
{
    private const string Mail = "From: a@a.test\r\nSubject: original\r\n\r\nbody\r\n";

    private static readonly SigningKey KeyA = new("a.test");
    private static readonly SigningKey KeyB = new("b.test", "other", "user@b.test");

    private TestPolicy? _policy;

    private static readonly string[] Stages = ["mail", "rcpt", "predata", "dkim", "data"];

    [Theory]
    [InlineData("mail", "warn add_header = X-Mark: yes")]
    [InlineData("mail", "warn message = X-Mark: yes")]
    [InlineData("rcpt", "warn add_header = X-Mark: yes")]
    [InlineData("rcpt", "warn message = X-Mark: yes")]
    [InlineData("predata", "warn add_header = X-Mark: yes")]
    [InlineData("predata", "warn message = X-Mark: yes")]
    [InlineData("dkim", "warn add_header = X-Mark: yes")]
    [InlineData("dkim", "warn message = X-Mark: yes")]
    [InlineData("data", "warn add_header = X-Mark: yes")]
    [InlineData("data", "warn message = X-Mark: yes")]
    public async Task A_header_line_is_seen_from_the_stage_behind_the_one_that_adds_it(string adds, string line)
    {
        var service = Service(Probes(adds, line, "[$h_x-mark:] [$headers_added]"));

        await SendAsync(service, Mail);

        foreach (var reads in Stages)
        {
            var seen = reads switch
            {
                "dkim" => adds is "mail" or "rcpt" or "predata",
                "data" => adds is not "data",
                _ => false,
            };
            Assert.Equal($"{reads}: [{(seen ? "yes" : "")}] [{(IsPending(adds, reads) ? "X-Mark: yes" : "")}]", Line(reads));
        }

        Assert.Contains("X-Mark: yes\r\n", StoredHeader(), StringComparison.Ordinal);

        // Pending from where it was asked for to the end of the stage.
        static bool IsPending(string adds, string reads) => adds switch
        {
            "dkim" or "data" => adds == reads,
            _ => reads is not ("dkim" or "data") && Array.IndexOf(Stages, reads) >= Array.IndexOf(Stages, adds),
        };
    }

    [Theory]
    [InlineData("mail", "", "")]
    [InlineData("rcpt", "", "")]
    [InlineData("predata", "", "")]
    [InlineData("dkim", "original", "")]
    [InlineData("data", "original", "original")]
    public async Task A_header_line_is_seen_until_the_stage_that_removes_it_is_over(string removes, string atDkim, string atData)
    {
        var service = Service(Probes(removes, "warn remove_header = Subject", "[$h_subject:]"));

        await SendAsync(service, Mail);

        Assert.Equal($"dkim: [{atDkim}]", Line("dkim"));
        Assert.Equal($"data: [{atData}]", Line("data"));
        Assert.DoesNotContain("Subject:", StoredHeader(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dkim_acl_runs_for_each_signer_with_the_variables_of_its_signature()
    {
        var service = Service("""
            acl_smtp_dkim = check_dkim
            acl_smtp_data = check_data
            begin acl
            check_dkim:
              accept logwrite = $dkim_cur_signer $dkim_verify_status $dkim_domain $dkim_selector $dkim_algo $dkim_canon_headers/$dkim_canon_body $dkim_key_notes
            check_data:
              accept logwrite = $dkim_signers $dkim_verify_status<$dkim_cur_signer>
            """);

        await SendAsync(service, KeyA.Sign(KeyB.Sign(Mail, Time), Time));

        Assert.Equal(
            [
                "a.test pass a.test sel ed25519-sha256 relaxed/relaxed for tests",
                "b.test pass b.test other ed25519-sha256 relaxed/relaxed for tests",
                "user@b.test pass b.test other ed25519-sha256 relaxed/relaxed for tests",
                "a.test:b.test:user@b.test pass:pass<>",
            ],
            _policy!.Lines.TakeLast(4));
        var decisions = Journal().OfType<AclDecided>().Where(decided => decided.Acl == "dkim").ToArray();
        Assert.Equal(["a.test", "b.test", "user@b.test"], decisions.Select(decided => decided.Signer));
        Assert.All(decisions, decided => Assert.Equal(("accept", "test.conf"), (decided.Verdict, decided.Source?.File)));
    }

    [Theory]
    [InlineData("dkim_verify_signers = a.test : missing.test", "a.test=pass missing.test=none")]
    [InlineData("dkim_verify_signers = $sender_address_domain", "from.example=none")]
    [InlineData("dkim_verify_signers =", "")]
    [InlineData("", "a.test=pass")]
    public async Task Signers_to_ask_about_are_what_the_policy_says(string option, string runs)
    {
        var service = Service($$"""
            acl_smtp_dkim = check_dkim
            {{option}}
            begin acl
            check_dkim:
              accept logwrite = $dkim_cur_signer=$dkim_verify_status
            """);

        await SendAsync(service, KeyA.Sign(Mail, Time));

        Assert.Equal(runs, string.Join(' ', _policy!.Lines));
    }

    [Theory]
    [InlineData("deny", 550, false)]
    [InlineData("defer", 451, false)]
    [InlineData("drop", 550, true)]
    public async Task A_dkim_acl_that_refuses_has_the_last_word(string verb, int code, bool closes)
    {
        var service = Service($"""
            acl_smtp_dkim = check_dkim
            acl_smtp_data = check_data
            begin acl
            check_dkim:
              {verb} dkim_status = fail
                     sender_domains = from.example
                     dkim_signers = a.test
                     message = broken
              accept
            check_data:
              accept logwrite = data
            """);

        var decision = await SendAsync(service, KeyA.Sign(Mail, Time).Replace("body", "altered", StringComparison.Ordinal));

        Assert.Equal((code, closes, "broken"), (decision.Reply.Code, decision.Close, decision.Reply.Text));
        Assert.Empty(Store.Accepted);
        Assert.DoesNotContain("data", _policy!.Lines);
        await AwaitConditionAsync(() => Task.FromResult(!Store.Recorded.IsEmpty));
        var journal = Assert.Single(Store.Recorded).Journal.Select(entry => entry.Event).ToArray();
        var decided = Assert.Single(journal.OfType<AclDecided>(), decided => decided.Acl == "dkim");
        Assert.Equal((verb, verb, "a.test"), (decided.Verdict, decided.Verb, decided.Signer));
        Assert.True(decided.Source is { File: "test.conf", Line: > 1 });
        Assert.Equal("end of data", Assert.Single(journal.OfType<MessageRefused>()).Stage);
    }

    [Fact]
    public async Task A_dkim_acl_that_discards_takes_the_message_and_drops_it()
    {
        var service = Service("""
            acl_smtp_dkim = check_dkim
            begin acl
            check_dkim:
              discard
            """);

        Assert.Equal(250, (await SendAsync(service, KeyA.Sign(Mail, Time))).Reply.Code);

        Assert.Empty(Store.Accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("control = dkim_disable_verify")]
    public async Task The_dkim_acl_does_not_run_without_verification(string control)
    {
        var service = Service($"""
            acl_smtp_mail = check_mail
            acl_smtp_dkim = check_dkim
            begin acl
            check_mail:
              accept
              {control}
            check_dkim:
              deny
            """);

        var decision = await SendAsync(service, KeyA.Sign(Mail, Time));

        Assert.Equal(control.Length == 0 ? 550 : 250, decision.Reply.Code);
    }

    [Fact]
    public async Task A_status_that_the_acl_sets_is_in_the_authentication_results()
    {
        var service = Service("""
            acl_smtp_dkim = check_dkim
            acl_smtp_data = check_data
            begin acl
            check_dkim:
              accept dkim_status = pass
                     set dkim_verify_status = fail
                     set dkim_verify_reason = not trusted
            check_data:
              accept add_header = :at_start:${authresults{mx.test}}
                     condition = ${if eq{$dkim_verify_status}{fail}}
            """);

        Assert.Equal(250, (await SendAsync(service, KeyA.Sign(Mail, Time))).Reply.Code);

        Assert.Contains("dkim=policy reason=\"not trusted\" header.d=a.test", StoredHeader().Replace("\r\n\t", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_signers_that_cannot_be_expanded_makes_the_client_try_later()
    {
        var service = Service("""
            acl_smtp_dkim = check_dkim
            dkim_verify_signers = ${if bool{perhaps}{a}{b}}
            begin acl
            check_dkim:
              accept
            """);

        Assert.Equal(451, (await SendAsync(service, KeyA.Sign(Mail, Time))).Reply.Code);

        Assert.Contains(_policy!.Lines, line => line.Contains("dkim_verify_signers", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("acl_smtp_mail", "check_mail")]
    [InlineData("acl_smtp_rcpt", "check_rcpt")]
    public async Task Spf_is_known_to_the_first_acl_that_asks_and_its_variables_to_all_behind_it(string option, string name)
    {
        var service = Service(
            $"""
            acl_smtp_data = check_data
            {option} = {name}
            begin acl
            {name}:
              accept spf = fail
            check_data:
              accept logwrite = $spf_result <$spf_smtp_comment>
            """,
            new ZoneName([new TextRecord([Encoding.ASCII.GetBytes("v=spf1 -all")])]));

        Assert.Equal(250, (await SendAsync(service, Mail)).Reply.Code);

        Assert.StartsWith("fail <", _policy!.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal("fail", Assert.Single(Journal().OfType<CheckCompleted>(), check => check.Check == "spf").Result);
    }

    /// <summary>Every ACL writes what it sees; one does something first.</summary>
    private static string Probes(string stage, string does, string shows) =>
        "dkim_verify_signers = signer.test\n"
        + string.Concat(Stages.Select(name => $"acl_smtp_{name} = check_{name}\n"))
        + "begin acl\n"
        + string.Concat(Stages.Select(name => $"check_{name}:\n{(name == stage ? $"  {does}\n" : "")}  accept logwrite = {name}: {shows}\n"));

    private string Line(string stage) => Assert.Single(_policy!.Lines, line => line.StartsWith(stage + ":", StringComparison.Ordinal));

    private string StoredHeader() => Encoding.UTF8.GetString(Assert.Single(Store.Accepted).HeaderBlock.Span);

    private IEnumerable<JournalEvent> Journal() => Assert.Single(Store.Accepted).Journal.Select(entry => entry.Event);

    private ReceiptService Service(string configuration, ZoneName? sender = null)
    {
        if (!configuration.Contains("acl_smtp_rcpt", StringComparison.Ordinal))
        {
            configuration = "acl_smtp_rcpt = accept_all\n" + configuration + "\naccept_all:\n  accept\n";
        }

        var zone = SigningKey.Zone(KeyA, KeyB);
        _policy = new TestPolicy(configuration, Time, sender is null ? zone : zone.Add("from.example", sender));
        return Service(_policy);
    }
}
