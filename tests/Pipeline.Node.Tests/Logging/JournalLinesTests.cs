using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Messages.Journal;
using Pipeline.Node.Logging;
using Pipeline.Policy.Configuration;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.Logging;

/// <summary>The table of the main log: what is in the journal, and the line it makes.</summary>
public sealed class JournalLinesTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly MessageId Id = MakeId("1vMabc-00000000001-0abc");
    private static readonly MessageId Bounce = MakeId("1vMabd-00000000001-0abc");

    private static readonly ClientFacts Plain = new("192.0.2.1", 4711, null, "helo.example.org", "esmtp", "192.0.2.9", 25, null, null);

    public static TheoryData<string, ClientFacts, string, string?, string?> Arrivals => new()
    {
        // selection, client, sender, DKIM domain, line
        { "", Plain, "a@example.org", null, "<= a@example.org H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", Plain, "", null, "<= <> H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", Plain with { Name = "mx.example.org" }, "a@b", null, "<= a@b H=mx.example.org (helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", Plain with { Name = "mx.example.org", Helo = "mx.example.org" }, "a@b", null, "<= a@b H=mx.example.org [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", Plain with { Helo = "[192.0.2.1]" }, "a@b", null, "<= a@b H=[192.0.2.1] P=esmtp S=500 id=x@y" },
        {
            "", Plain with { Protocol = "esmtpsa", TlsCipher = "TLS1.3:TLS_AES_256_GCM_SHA384:256", TlsVerified = false, Authenticator = "plain", AuthenticatedId = "u" },
            "a@b", "example.org",
            "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=plain:u S=500 DKIM=example.org id=x@y"
        },
        {
            "-tls_cipher -tls_certificate_verified -dkim", Plain with { TlsCipher = "TLS1.3", TlsVerified = true }, "a@b", "example.org",
            "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y"
        },
        { "-msg_id", Plain, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500" },
        { "+msg_id_created", Plain, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", Plain with { ConnectionId = "7-1" }, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "+connection_id", Plain with { ConnectionId = "7-1" }, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] Ci=7-1 P=esmtp S=500 id=x@y" },
        { "", Plain with { Reference = "1vMabd-00000000001-0abc" }, "a@b", null, "<= a@b R=1vMabd-00000000001-0abc H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        { "", new ClientFacts(null, 0, null, "", "local-esmtp", null, 0, null, null), "a@b", null, "<= a@b U=mail P=local-esmtp S=500 id=x@y" },
        { "", new ClientFacts(null, 0, null, "", "local", null, 0, null, null, Ident: "joe"), "a@b", null, "<= a@b U=joe P=local S=500 id=x@y" },
        { "", Plain with { Ident = "joe" }, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] U=joe P=esmtp S=500 id=x@y" },
        {
            "+tls_peerdn +tls_sni +receive_time", Plain with { TlsCipher = "TLS1.3", TlsPeer = "CN=\"x\",O=y", TlsServerName = "mx.local.test" }, "a@b", null,
            "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp X=TLS1.3 DN=\"CN=\\\"x\\\",O=y\" SNI=\"mx.local.test\" S=500 RT=0s id=x@y"
        },
        { "+proxy", Plain with { Proxy = "10.0.0.1" }, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] PRX=10.0.0.1 P=esmtp S=500 id=x@y" },
        { "", Plain with { Proxy = "10.0.0.1" }, "a@b", null, "<= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y" },
        {
            "+subject +received_recipients +received_sender +incoming_port +incoming_interface", Plain, "a@b", null,
            "<= a@b H=(helo.example.org) [192.0.2.1]:4711 I=[192.0.2.9]:25 P=esmtp S=500 id=x@y T=\"a \\\"b\\\" \\\\\" from <a@b> for b@local.test c@local.test"
        },
    };

    public static TheoryData<string, JournalEvent[], string[]> Deliveries => new()
    {
        {
            "",
            [new RecipientFailed(0, "no such user", null, null, null, 0, null, null, Kept: true), new MessageFrozen(MessageFrozen.DeliveryError, null, Noon)],
            ["** b@local.test R=local T=maildir: no such user", "Frozen (delivery error message)"]
        },
        { "", [new MessageThawed(MessageThawed.ByErrorTimer), new FailureIgnored(0)], ["Unfrozen by errmsg timer", "b@local.test: error ignored"] },
        { "", [new MessagePostponed("queued by ACL", Noon)], ["no immediate delivery: queued by ACL"] },
        { "-delay_delivery", [new MessagePostponed("queued by ACL", Noon)], [] },
        { "", [new MessagePostponed(null, Noon), new QueueRunReached()], [] },
        { "", [new RecipientPostponed(0, RecipientPostponed.Held, Noon)], ["== b@local.test defer (-23): domain is held"] },
        { "", [new RecipientPostponed(0, RecipientPostponed.InQueueDomains, Noon)], ["== b@local.test routing defer (-55): domain is in queue_domains"] },
        {
            "", [new RecipientPostponed(0, RecipientPostponed.RoutedOnly, Noon, "out", "smtp")],
            ["== b@local.test R=out T=smtp defer (-1): first-pass only routing due to -odqs, queue_smtp_domains or control=queue"]
        },
        { "", [new RecipientDelivered(0, "maildir", null, null, null, "/mail/b/new/1")], ["=> b <b@local.test> R=local T=maildir"] },
        { "", [new RecipientDelivered(0, "lmtp", null, null, "250 OK", "C=\"250 OK\"")], ["=> b <b@local.test> R=local T=lmtp C=\"250 OK\""] },
        { "", [new ProgramOutput(0, "pipe", "no such user")], ["b@local.test: pipe transport output: no such user"] },
        {
            "", [new RecipientDelivered(0, "smtp", "mx.example.org", "192.0.2.4", "250 OK", "X=TLS1.3:A:256 CV=yes C=\"250 OK\"")],
            ["=> b@local.test R=local T=smtp H=mx.example.org [192.0.2.4] X=TLS1.3:A:256 CV=yes C=\"250 OK\""]
        },
        {
            "",
            [
                new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "C=\"250 OK\""),
                new RecipientDelivered(1, "smtp", "mx", "192.0.2.4", "250 OK", "C=\"250 OK\"", Additional: true),
            ],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] C=\"250 OK\"", "-> c@local.test T=smtp H=mx [192.0.2.4] C=\"250 OK\""]
        },
        {
            "+delivery_size", [new RecipientDelivered(0, "maildir", null, null, null, "f", Shadow: "archive (No space left on device)")],
            ["=> b <b@local.test> R=local T=maildir S=500 ST=archive (No space left on device)"]
        },
        {
            "+sender_on_delivery +queue_time", [new RecipientDelivered(0, "maildir", null, null, null, "f")],
            ["=> b <b@local.test> F=<a@example.org> R=local T=maildir QT=1m5s"]
        },
        {
            "+return_path_on_delivery +sender_on_delivery",
            [new AttemptStarted(0, 1, "maildir", null, "list@local.test"), new RecipientDelivered(0, "maildir", null, null, null, "f")],
            ["=> b <b@local.test> F=<a@example.org> P=<list@local.test> R=local T=maildir"]
        },
        { "+return_path_on_delivery", [new RecipientFailed(0, "why", null, null, null, 0, null, null)], ["** b@local.test P=<a@example.org> R=local T=maildir: why"] },
        { "", [new RecipientDelivered(0, "maildir", null, null, null, "", Pretended: true)], ["*> b <b@local.test> R=local T=maildir"] },
        {
            "-smtp_confirmation -tls_certificate_verified +outgoing_port +delivery_size +deliver_time",
            [
                new AttemptStarted(0, 1, "smtp", null),
                new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "X=TLS1.3:A:256 CV=yes A=plain C=\"250 X=\"", Port: 2525),
            ],
            ["=> b@local.test R=local T=smtp S=500 H=mx [192.0.2.4]:2525 X=TLS1.3:A:256 A=plain DT=0s"]
        },
        {
            "+tls_peerdn -smtp_confirmation",
            [new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "X=TLS1.3:A:256 CV=no DN=\"O=A \\\"B\\\" C,C=\" A=plain PRDR C=\"250 OK DN=x\"")],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] X=TLS1.3:A:256 CV=no DN=\"O=A \\\"B\\\" C,C=\" A=plain PRDR"]
        },
        {
            "", [new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "X=TLS1.3:A:256 CV=no DN=\"CN=a b,C=\" C=\"250 OK\"")],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] X=TLS1.3:A:256 CV=no C=\"250 OK\""]
        },
        {
            "+proxy", [new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "PRX=10.0.0.1 X=TLS1.3:A:256 CV=no C=\"250 OK\"")],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] PRX=10.0.0.1 X=TLS1.3:A:256 CV=no C=\"250 OK\""]
        },
        {
            "-proxy", [new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "PRX=10.0.0.1 C=\"250 OK\"")],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] C=\"250 OK\""]
        },
        {
            "-tls_cipher", [new RecipientDelivered(0, "smtp", "mx", "192.0.2.4", "250 OK", "X=TLS1.3:A:256 CV=no C=\"X=1 CV=2\"")],
            ["=> b@local.test R=local T=smtp H=mx [192.0.2.4] CV=no C=\"X=1 CV=2\""]
        },
        {
            "+all_parents",
            [
                new RecipientRedirected(0, "aliases", [new ChildRecipient(2, "d@local.test")]),
                new RecipientRedirected(2, "aliases", [new ChildRecipient(3, "e@local.test")]),
                new RecipientRedirected(3, "aliases", [new ChildRecipient(4, "f@remote.test")]),
                new RecipientFailed(4, "no", null, null, null, 0, null, null),
            ],
            ["** f@remote.test (e@local.test, d@local.test) <b@local.test>: no"]
        },
        {
            "",
            [
                new RecipientRedirected(0, "aliases", [new ChildRecipient(2, "d@remote.test")]),
                new RouterTried(2, "dns", "accepted", "", null),
                new RecipientRouted(2, "dns", "smtp", ["mx"]),
                new RecipientDelivered(2, "smtp", "mx", "192.0.2.4", "250 OK", "C=\"250 OK\""),
            ],
            ["=> d@remote.test <b@local.test> R=dns T=smtp H=mx [192.0.2.4] C=\"250 OK\""]
        },
        { "", [new RecipientRedirected(0, "trash", [])], ["=> :blackhole: <b@local.test> R=trash"] },
        {
            "", [new RecipientFailed(0, "SMTP error from remote mail server after RCPT TO:<b@local.test>: 550 no", "550 no", "mx", "192.0.2.4", 25, null, null)],
            ["** b@local.test R=local T=maildir H=mx [192.0.2.4]: SMTP error from remote mail server after RCPT TO:<b@local.test>: 550 no"]
        },
        {
            "", [new RouterTried(0, "aliases", "failed", "gone", null), new RecipientFailed(0, "gone", null, null, null, 0, null, null)],
            ["** b@local.test R=aliases: gone"]
        },
        {
            "", [new RouterTried(0, "aliases", "declined", "", null), new RecipientFailed(0, "Unrouteable address", null, null, null, 0, null, null)],
            ["** b@local.test: Unrouteable address"]
        },
        {
            "", [new RecipientDeferred(0, "ConnectionRefused", "Connection refused", null, "mx", Noon, "192.0.2.4")],
            ["== b@local.test R=local T=maildir defer (111): Connection refused H=mx [192.0.2.4]"]
        },
        {
            "", [new RecipientDeferred(0, "ConnectionTimeout", "No route to host", null, "mx", Noon, "192.0.2.4")],
            ["== b@local.test R=local T=maildir defer (113): No route to host H=mx [192.0.2.4]"]
        },
        {
            "", [new RecipientDeferred(0, "Rcpt4xx", "SMTP error: 450 later", "450 later", "mx", Noon, "192.0.2.4")],
            ["== b@local.test R=local T=maildir defer (-44) H=mx [192.0.2.4]: SMTP error: 450 later"]
        },
        {
            "", [new RouterTried(0, "aliases", "deferred", "not yet", null), new RecipientDeferred(0, "Lookup", "not yet", null, null, Noon)],
            ["== b@local.test R=aliases defer (-1): not yet"]
        },
        {
            "", [new RecipientDeferred(0, "HostRetryTimeNotReached", "retry time not reached for any host for 'local.test'", null, null, Noon)],
            ["== b@local.test R=local T=maildir defer (-53): retry time not reached for any host for 'local.test'"]
        },
        { "-retry_defer", [new RecipientDeferred(0, "HostRetryTimeNotReached", "retry time not reached for any host for 'local.test'", null, null, Noon)], [] },
        {
            "", [new RecipientDeferred(0, "of a later version", "x", null, null, Noon)], ["== b@local.test R=local T=maildir defer (-1): x"]
        },
        { "", [new OperatorActed(OperatorActed.Removed, "operator on node"), new MessageCompleted()], ["removed by operator on node", "Completed"] },
        { "", [new RecipientAdded(1, "c@local.test", "root"), new RecipientMarkedDelivered(1, "root")], ["recipient <c@local.test> added by root", "address <c@local.test> marked delivered by root"] },
        {
            "+sender_on_delivery", [new SenderChanged("new@example.org", "root"), new RecipientFailed(0, "why", null, null, null, 0, null, null)],
            ["sender address changed to <new@example.org> by root", "** b@local.test F=<new@example.org> R=local T=maildir: why"]
        },
        { "", [new MessageFrozen("", MessageFrozen.ByAcl, Noon)], ["frozen by ACL"] },
        { "", [new MessageFrozen("remote host address is the local host", null, Noon)], ["*** Frozen (remote host address is the local host)"] },
        { "", [new MessageThawed("root"), new MessageThawed(MessageThawed.ByAutoThaw)], ["unfrozen by root", "Unfrozen by auto-thaw"] },
        { "", [new MessageCancelled(MessageCancelled.ByTimeout)], ["cancelled by timeout_frozen_after"] },
        { "+queue_time_overall", [new MessageCompleted()], ["Completed QT=1m5s"] },
        { "", [new AttemptStarted(0, 1, "smtp", null), new OperatorActed(OperatorActed.Retried, "x")], [] },
    };

    [Theory]
    [MemberData(nameof(Arrivals))]
    public void Arrival_is_a_line_in_exims_form(string selection, ClientFacts client, string sender, string? dkim, string? line)
    {
        JournalEvent[] events =
        [
            new TransactionStarted(client, sender, null, 1),
            new RecipientAccepted(0, "b@local.test"),
            new RecipientAccepted(1, "c@local.test"),
            new CheckCompleted("dkim", dkim is null ? "none" : "pass", "", 1, dkim),
            new MessageAccepted(500, 2),
        ];
        Assert.Equal([$"{Id} {line}"], Lines(new JournalLines(LogSelection.Parse(selection), "mail"), Accepted(events)));
    }

    [Theory]
    [InlineData("", "pass", " ARC")]
    [InlineData("", "fail", "")]
    [InlineData("", "temperror", "")]
    [InlineData("-dkim", "pass", "")]
    public void A_chain_that_passes_is_marked_behind_the_size(string selection, string result, string mark)
    {
        JournalEvent[] events =
        [
            new TransactionStarted(Plain, "a@b", null, 1),
            new RecipientAccepted(0, "b@local.test"),
            new CheckCompleted("arc", result, "2 sets, oldest pass 1", 1),
            new MessageAccepted(500, 1),
        ];
        Assert.Equal(
            [$"{Id} <= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500{mark} id=x@y"],
            Lines(new JournalLines(LogSelection.Parse(selection), "mail"), Accepted(events)));
    }

    [Theory]
    [InlineData(true, null, "<= a@example.org H=(c.test) [192.0.2.1] P=esmtp PRDR S=500 id=x@y for b@local.test d@local.test")]
    [InlineData(null, "550 go away", "(= a@example.org H=(c.test) [192.0.2.1] P=esmtp S=500 id=x@y for b@local.test d@local.test")]
    [InlineData(null, "450 later", "<= a@example.org H=(c.test) [192.0.2.1] P=esmtp S=500 id=x@y for b@local.test d@local.test")]
    public void Arrival_says_who_was_left_and_what_the_client_was_told(bool? prdr, string? pretence, string line)
    {
        JournalEvent[] events =
        [
            new TransactionStarted(new ClientFacts("192.0.2.1", 4711, null, "c.test", "esmtp", null, 0, null, null), "a@example.org", null, 1),
            new RecipientAccepted(0, "b@local.test"), new RecipientAccepted(1, "c@local.test"), new RecipientAccepted(2, "d@local.test"),
            new RecipientWithdrawn(1, "c@local.test", "550 no"),
            new MessageAccepted(500, 2, null, prdr, pretence),
        ];
        Assert.Equal([$"{Id} {line}"], Lines(new JournalLines(LogSelection.Parse("+received_recipients"), "mail"), Accepted(events)));
    }

    [Theory]
    [InlineData("+pipelining +8bitmime", true, null, 8, "P=esmtp L S=500 M8S=8")]
    [InlineData("+pipelining +8bitmime", false, null, 7, "P=esmtp L- S=500 M8S=7")]
    [InlineData("+pipelining", true, true, null, "P=esmtp L* S=500")]
    [InlineData("+pipelining", true, false, null, "P=esmtp L. S=500")]
    [InlineData("+pipelining", false, false, null, "P=esmtp L-. S=500")]
    [InlineData("+pipelining +8bitmime", null, null, 0, "P=esmtp S=500 M8S=0")]
    [InlineData("+pipelining +8bitmime", null, null, null, "P=esmtp S=500")]
    [InlineData("", true, true, 8, "P=esmtp S=500")]
    public void Arrival_says_how_the_client_spoke_where_it_is_asked_for(string selection, bool? pipelined, bool? early, int? body, string fields)
    {
        JournalEvent[] events =
        [
            new TransactionStarted(Plain, "a@b", null, 1), new RecipientAccepted(0, "b@local.test"), new MessageAccepted(500, 1, BodyBits: body, Pipelined: pipelined, BeganEarly: early),
        ];
        Assert.Equal(
            [$"{Id} <= a@b H=(helo.example.org) [192.0.2.1] {fields} id=x@y"], Lines(new JournalLines(LogSelection.Parse(selection), "mail"), Accepted(events)));
    }

    [Theory]
    [MemberData(nameof(Deliveries))]
    public void What_becomes_of_a_message_is_a_line_in_exims_form(string selection, JournalEvent[] events, string[] expected)
    {
        var lines = new JournalLines(LogSelection.Parse(selection), "mail");
        Lines(lines, Arrived());
        Lines(lines, Changed([new RouterTried(0, "local", "accepted", "", null), new RecipientRouted(0, "local", "maildir", [])]));
        Assert.Equal(expected.Select(text => $"{Id} {text}"), Lines(lines, Changed(events)));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("+msg_id_created", " id*=E1vMabc-00000000001-0abc@gw.test", "")]
    [InlineData("-msg_id +msg_id_created", "", "")]
    [InlineData("+queue_time", "", " QT=1m5s")]
    [InlineData("+queue_time -queue_time_exclusive", "", " QT=1m7s")]
    public void Id_that_the_message_was_given_and_the_time_of_its_reception_are_told_when_they_are_asked_for(string selection, string id, string time)
    {
        var lines = new JournalLines(LogSelection.Parse(selection), "mail");
        var accepted = new MailLogEntry.Accepted(
            Id,
            [new(0, Noon.AddSeconds(-2), new TransactionStarted(Plain, "a@b", null, 1)), new(1, Noon, new RecipientAccepted(0, "b@local.test")), new(2, Noon, new MessageAccepted(500, 1))],
            $"E{Id}@gw.test",
            null);
        Assert.Equal([$"{Id} <= a@b H=(helo.example.org) [192.0.2.1] P=esmtp S=500{id}"], Lines(lines, accepted));
        Assert.Equal([$"{Id} => b <b@local.test> T=maildir{time}"], Lines(lines, Changed([new RecipientDelivered(0, "maildir", null, null, null, "f")])));
    }

    [Fact]
    public void Notification_arrives_between_the_failure_it_tells_of_and_the_end()
    {
        var lines = new JournalLines(LogSelection.Default, "mail");
        Lines(lines, Arrived());
        var notification = new MailLogEntry.Accepted(
            Bounce,
            Entries(new TransactionStarted(new ClientFacts(null, 0, null, "", "local", null, 0, null, null), "", null, 1), new RecipientAccepted(0, "a@example.org"), new MessageAccepted(900, 1)),
            null,
            null,
            Id);
        JournalEvent[] events =
        [
            new RecipientFailed(0, "no", null, null, null, 0, null, null), new NotificationSent("failure", Bounce.ToString(), "a@example.org"), new MessageCompleted(),
        ];
        Assert.Equal(
            [$"{Id} ** b@local.test: no", $"{Bounce} <= <> R={Id} U=mail P=local S=900", $"{Id} Completed"],
            Lines(lines, new MailLogEntry.Changed(Id, Entries(events), [], Ends: true, [notification])));
        Assert.Equal(1, lines.Count);
    }

    [Fact]
    public void Message_that_was_queued_before_is_known_again()
    {
        var lines = new JournalLines(LogSelection.Parse("+queue_time"), "mail");
        RecipientState[] recipients =
        [
            new(0, new EnvelopeAddress("b", "local.test"), RecipientStatus.Redirected, Noon),
            new(1, new EnvelopeAddress("d", "remote.test"), RecipientStatus.Queued, Noon, Parent: 0),
        ];
        Assert.Empty(Lines(lines, new MailLogEntry.Resumed(Id, Noon, "a@example.org", 700, [.. recipients])));
        Assert.Equal(
            [$"{Id} => d@remote.test <b@local.test> T=smtp H=mx [192.0.2.4] C=\"250\" QT=1m5s"],
            Lines(lines, Changed([new RecipientDelivered(1, "smtp", "mx", "192.0.2.4", "250", "C=\"250\"")])));
    }

    [Fact]
    public void Named_queue_is_a_field_of_arrival_and_delivery()
    {
        var lines = new JournalLines(LogSelection.Default, "mail");
        Assert.EndsWith(" S=500 Q=slow id=x@y", Assert.Single(Lines(lines, Arrived() with { Queue = "slow" })), StringComparison.Ordinal);
        JournalEvent[] delivered = [new RecipientDelivered(0, "maildir", null, null, null, "f")];
        Assert.Equal([$"{Id} => b <b@local.test> Q=slow T=maildir"], Lines(lines, Changed(delivered)));
        lines.Forget();
        Lines(lines, new MailLogEntry.Resumed(Id, Noon, "a@example.org", 700, [new(0, new EnvelopeAddress("b", "local.test"), RecipientStatus.Queued, Noon)], "slow"));
        Assert.Equal([$"{Id} => b <b@local.test> Q=slow T=maildir"], Lines(lines, Changed(delivered)));
    }

    [Fact]
    public void Message_that_is_not_known_has_the_addresses_of_its_update()
    {
        var lines = new JournalLines(LogSelection.Default, "mail");
        Lines(lines, Arrived());
        lines.Forget();
        Assert.Equal(0, lines.Count);
        var entry = new MailLogEntry.Changed(
            Id,
            Entries(new RecipientDelivered(0, "maildir", null, null, null, ""), new RecipientFailed(5, "no", null, null, null, 0, null, null)),
            [new RecipientState(0, new EnvelopeAddress("b", "local.test"), RecipientStatus.Delivered, Noon)],
            Ends: true,
            []);
        Assert.Equal([$"{Id} => b <b@local.test> T=maildir", $"{Id} ** (unknown): no"], Lines(lines, entry));
        Assert.Equal(0, lines.Count);
    }

    [Fact]
    public void Header_gives_its_message_id_as_one_word()
    {
        Assert.Equal("x@y", MailLogEntry.Accepted.Of(Message("Subject: s\r\nMessage-ID: <x@y>\r\n")).MessageIdField);
        Assert.Equal("x", MailLogEntry.Accepted.Of(Message("message-id:\r\n <x P=forged\r\n")).MessageIdField);
        Assert.Null(MailLogEntry.Accepted.Of(Message("Subject: s\r\n")).MessageIdField);
        Assert.Equal(1_000, MailLogEntry.Accepted.Of(Message($"Message-ID: {new string('a', 5_000)}\r\n")).MessageIdField!.Length);
    }

    [Theory]
    [InlineData(null, "dkim", true)]
    [InlineData(null, "subject", false)]
    [InlineData("+subject -dkim", "subject", true)]
    [InlineData("+subject -dkim", "dkim", false)]
    [InlineData("+all", "anything", true)]
    [InlineData("+all -subject", "subject", false)]
    [InlineData("+all -subject +subject", "subject", true)]
    [InlineData("-all +pid", "dkim", false)]
    [InlineData("-all +pid", "pid", true)]
    [InlineData("  +subject\n   -dkim ", "subject", true)]
    public void Selection_is_read_from_left_to_right(string? option, string name, bool selected) =>
        Assert.Equal(selected, LogSelection.Parse(option).Has(name));

    [Theory]
    [InlineData("", "<= n@example.org H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y")]
    [InlineData(
        "+address_rewrite +received_sender +received_recipients",
        "\"b@local.test\" from env-to rewritten as \"d@local.test\" by rule 2",
        "\"a@example.org\" from env-from rewritten as \"n@example.org\" by rule 1",
        "\"a@example.org\" from from: rewritten as \"f@example.org\" by rule 3",
        "<= n@example.org H=(helo.example.org) [192.0.2.1] P=esmtp S=500 id=x@y from <n@example.org> for d@local.test")]
    public void Rewritten_addresses_are_those_of_the_lines(string selection, params string[] expected)
    {
        var lines = new JournalLines(LogSelection.Parse(selection), "mail");
        var made = Lines(lines, Accepted(
        [
            new TransactionStarted(Plain, "a@example.org", null, 1), new RecipientAccepted(0, "b@local.test"),
            new RecipientRewritten(0, "b@local.test", "d@local.test", 2, null), new AddressRewritten("env-from", "a@example.org", "n@example.org", 1, null),
            new AddressRewritten("from:", "a@example.org", "f@example.org", 3, null), new MessageAccepted(500, 1),
        ]));
        Assert.Equal(expected.Select(line => $"{Id} {line}"), made);
        Assert.Equal(
            [$"{Id} => d <d@local.test> R=local T=maildir"],
            Lines(lines, Changed([new RouterTried(0, "local", "accepted", "", null), new RecipientRouted(0, "local", "maildir", []), new RecipientDelivered(0, "maildir", null, null, null, "f")])));
    }

    private static MailLogEntry.Accepted Arrived() => Accepted(
        [new TransactionStarted(Plain, "a@example.org", null, 1), new RecipientAccepted(0, "b@local.test"), new RecipientAccepted(1, "c@local.test"), new MessageAccepted(500, 2)]);

    private static MailLogEntry.Accepted Accepted(JournalEvent[] events) => new(Id, Entries(events), "x@y", "a \"b\" \\");

    private static MailLogEntry.Changed Changed(JournalEvent[] events) =>
        new(Id, [.. events.Select((what, i) => new JournalEntry(10 + i, Noon.AddSeconds(65), what))], [], Ends: false, []);

    private static ImmutableArray<JournalEntry> Entries(params JournalEvent[] events) => [.. events.Select((what, i) => new JournalEntry(i, Noon, what))];

    private static string[] Lines(JournalLines lines, MailLogEntry entry)
    {
        var made = new List<LogLine>();
        lines.Apply(entry, made);
        return [.. made.Select(line => $"{line.Id} {line.Text}")];
    }

    private static NewMessage Message(string header) => new()
    {
        Id = Id,
        Owner = new Ownership("node", 1),
        ReceivedAt = Noon,
        Envelope = new Envelope { Sender = EnvelopeAddress.Null, Recipients = [] },
        HeaderBlock = Encoding.UTF8.GetBytes(header),
        Body = null!, // the log never looks at it
        Policy = 1,
        Properties = ImmutableDictionary<string, string>.Empty,
        Journal = [],
    };

    private static MessageId MakeId(string text) => MessageId.TryCreate(text, out var id) ? id : throw new ArgumentException(text);
}
