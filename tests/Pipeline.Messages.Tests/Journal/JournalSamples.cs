using Pipeline.Mail.Addressing;
using Pipeline.Messages.Journal;

namespace Pipeline.Messages.Tests.Journal;

/// <summary>One sample of every event with its frozen manifest and JSON. A failing line means that stored journals would be read differently.</summary>
internal static class JournalSamples
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<(JournalEvent Event, string Manifest, string Json)> All { get; } =
    [
        (new TransactionStarted(
            new ClientFacts("192.0.2.1", 2525, "mx.example.org", "helo.example.org", "esmtps", "192.0.2.9", 25, "TLS_AES_256_GCM_SHA384", "user"), "a@example.org", 4096, 7),
            "tx",
            """{"client":{"address":"192.0.2.1","port":2525,"name":"mx.example.org","helo":"helo.example.org","protocol":"esmtps","localAddress":"192.0.2.9","localPort":25,"tlsCipher":"TLS_AES_256_GCM_SHA384","authenticatedId":"user"},"sender":"a@example.org","declaredSize":4096,"policy":7}"""),
        (new TransactionStarted(new ClientFacts("192.0.2.1", 25, null, "h", "esmtpsa", null, 0, "TLS1.3", "user", true, "plain"), "", null, 7),
            "tx",
            """{"client":{"address":"192.0.2.1","port":25,"helo":"h","protocol":"esmtpsa","localPort":0,"tlsCipher":"TLS1.3","authenticatedId":"user","tlsVerified":true,"authenticator":"plain"},"sender":"","policy":7}"""),
        (new AclDecided("rcpt", "deny", "deny", new PolicySource("main.conf", 12), "b@example.org", "no", "because"),
            "acl",
            """{"acl":"rcpt","verdict":"deny","verb":"deny","source":{"file":"main.conf","line":12},"recipient":"b@example.org","message":"no","logMessage":"because"}"""),
        (new AclDecided("dkim", "accept", "accept", new PolicySource("main.conf", 13), null, null, null, "example.org"),
            "acl",
            """{"acl":"dkim","verdict":"accept","verb":"accept","source":{"file":"main.conf","line":13},"signer":"example.org"}"""),
        (new RecipientRefused("b@example.org", "550 no"), "rcpt-no", """{"address":"b@example.org","reply":"550 no"}"""),
        (new CheckCompleted("spf", "pass", "ip4", 1.5), "check", """{"check":"spf","result":"pass","detail":"ip4","milliseconds":1.5}"""),
        (new CheckCompleted("dkim", "pass", "pass", 1.5, "example.org"),
            "check",
            """{"check":"dkim","result":"pass","detail":"pass","milliseconds":1.5,"domain":"example.org"}"""),
        (new MessageRefused("DATA", "550 no", "spam"), "refused", """{"stage":"DATA","reply":"550 no","reason":"spam"}"""),
        (new TransactionAborted("RSET"), "aborted", """{"reason":"RSET"}"""),
        (new MessageAccepted(5000, 2), "accepted", """{"size":5000,"recipientCount":2}"""),
        (new MessageCompleted(), "done", "{}"),
        (new RecipientAccepted(1, "bü@exämple.org", DsnNotify.Failure | DsnNotify.Delay, "rfc822;b@example.org"),
            "rcpt",
            """{"address":"bü@exämple.org","notify":24,"originalRecipient":"rfc822;b@example.org","r":1}"""),
        (new RouterTried(0, "dnslookup", "declined", "no MX", new PolicySource("main.conf", 3)),
            "router",
            """{"router":"dnslookup","outcome":"declined","reason":"no MX","source":{"file":"main.conf","line":3},"r":0}"""),
        (new RecipientRedirected(0, "aliases", [new ChildRecipient(1, "c@example.org")]),
            "redirected",
            """{"router":"aliases","children":[{"index":1,"address":"c@example.org"}],"r":0}"""),
        (new RecipientRouted(0, "dnslookup", "remote_smtp", ["mx1.example.org", "mx2.example.org"]),
            "routed",
            """{"router":"dnslookup","transport":"remote_smtp","hosts":["mx1.example.org","mx2.example.org"],"r":0}"""),
        (new RecipientRouted(0, "local", "maildir", [], "maildir\nb@example.org"),
            "routed",
            """{"router":"local","transport":"maildir","hosts":[],"place":"maildir\nb@example.org","r":0}"""),
        (new RecipientDuplicated(2, 0, "maildir"), "duplicate", """{"of":0,"transport":"maildir","r":2}"""),
        (new AttemptStarted(0, 1, "remote_smtp", "mx1.example.org"), "try", """{"attempt":1,"transport":"remote_smtp","destination":"mx1.example.org","r":0}"""),
        (new AttemptInDoubt(0, 1, "restart"), "doubt", """{"attempt":1,"reason":"restart","r":0}"""),
        (new ProgramOutput(0, "pipe", "no such user"), "output", """{"transport":"pipe","line":"no such user","r":0}"""),
        (new RecipientDeferred(0, "timeout_connect", "timed out", "451 later", "mx1.example.org", Noon),
            "deferred",
            """{"class":"timeout_connect","reason":"timed out","reply":"451 later","host":"mx1.example.org","nextTry":"2030-01-02T12:00:00+00:00","r":0}"""),
        (new RecipientDeferred(0, "timeout_connect", "timed out", null, "mx1.example.org", Noon, "192.0.2.4"),
            "deferred",
            """{"class":"timeout_connect","reason":"timed out","host":"mx1.example.org","nextTry":"2030-01-02T12:00:00+00:00","address":"192.0.2.4","r":0}"""),
        (new RecipientDelivered(1, "remote_smtp", "mx1.example.org", "192.0.2.4", "250 ok", "TLS1.3", true),
            "delivered",
            """{"transport":"remote_smtp","host":"mx1.example.org","address":"192.0.2.4","reply":"250 ok","detail":"TLS1.3","additional":true,"r":1}"""),
        (new RecipientDelivered(0, "remote_smtp", "mx1.example.org", "192.0.2.4", "250 ok", "TLS1.3"),
            "delivered",
            """{"transport":"remote_smtp","host":"mx1.example.org","address":"192.0.2.4","reply":"250 ok","detail":"TLS1.3","r":0}"""),
        (new RecipientFailed(0, "unknown user", "550 5.1.1 no", "mx1.example.org", "192.0.2.4", 25, "220 hi", "250 hello"),
            "failed",
            """{"reason":"unknown user","reply":"550 5.1.1 no","host":"mx1.example.org","address":"192.0.2.4","port":25,"greeting":"220 hi","heloResponse":"250 hello","r":0}"""),
        (new NotificationSent("failure", "1vMabc-00000000001-0abc", "a@example.org"),
            "dsn",
            """{"kind":"failure","messageId":"1vMabc-00000000001-0abc","to":"a@example.org"}"""),
        (new NotificationSent("reply", "1vMabc-00000000001-0abd", "b@example.org"),
            "dsn",
            """{"kind":"reply","messageId":"1vMabc-00000000001-0abd","to":"b@example.org"}"""),
        (new OperatorActed("remove", "root"), "operator", """{"action":"remove","by":"root"}"""),
    ];
}
