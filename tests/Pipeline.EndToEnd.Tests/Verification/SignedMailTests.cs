using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>A message that dkimpy signed and swaks sent: what we find of it, and what dkimpy finds of it.</summary>
public sealed class SignedMailTests : IDisposable
{
    private const string Domain = "signed.test";

    private const string Verify = """
        import dkim, json, sys
        zone = json.load(open(sys.argv[1]))
        find = lambda name, timeout=5: "".join(zone.get(name.decode().rstrip("."), {}).get("TXT", [""])).encode()
        print("pass" if dkim.verify(sys.stdin.buffer.read(), dnsfunc=find) else "fail")
        """;

    private readonly Folder _folder = new();
    private readonly RSA _key = RSA.Create(2048);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [ProgramTheory("swaks", "dkimsign", "python3:dkim")]
    [InlineData("", "", "pass")]
    [InlineData("seven", "eight", "fail")]
    [InlineData("Subject: signed", "Subject: altered", "fail")]
    public async Task Our_verdict_on_a_signed_message_is_that_of_dkimpy(string before, string after, string verdict)
    {
        await using var node = await TestNode.StartAsync(_folder, Policy(), Zone());
        var signed = await SignAsync("From: <a@signed.test>\r\nTo: <b@local.test>\r\nSubject: signed\r\nDate: Mon, 03 Nov 2025 10:00:00 +0000\r\n\r\none two\r\n\r\nseven  \r\n");
        var sent = before.Length == 0 ? signed : signed.Replace(before, after, StringComparison.Ordinal);

        await SwaksAsync(node, sent);

        var file = await Eventually.IsAsync(() => Task.FromResult(_folder.Mail("b") is [var first, ..] ? first : null), () => Task.FromResult("no mail came"));
        var stored = await File.ReadAllTextAsync(file);
        Assert.StartsWith("Return-path: <a@signed.test>", stored, StringComparison.Ordinal);
        var results = Field(stored, "Authentication-Results");
        Assert.Contains($"dkim={verdict}", results, StringComparison.Ordinal);
        Assert.Contains($"header.d={Domain}", results, StringComparison.Ordinal);
        Assert.Contains("spf=pass", results, StringComparison.Ordinal);
        Assert.Contains("by mx.local.test", Field(stored, "Received"), StringComparison.Ordinal);

        Assert.Equal(verdict, await DkimpyAsync(sent));
        Assert.Equal(verdict, await DkimpyAsync(stored.ReplaceLineEndings("\r\n")));
    }

    [ProgramTheory("swaks", "dkimsign", "python3:dkim")]
    [InlineData("203.0.113.1", "fail")]
    [InlineData("127.0.0.1", "pass")]
    public async Task Every_step_of_the_message_is_explained(string permitted, string spf)
    {
        await using var node = await TestNode.StartAsync(_folder, Policy(), Zone(permitted));

        await SwaksAsync(node, await SignAsync("From: <a@signed.test>\r\nSubject: signed\r\n\r\nbody\r\n"));

        var found = await Eventually.IsAsync(
            async () => await node.Store.FindAsync(new Storage.Ports.JournalQuery("a@signed.test", null, null, null, 1), CancellationToken.None) is [var id]
                ? id.ToString()
                : null,
            () => Task.FromResult("the message is not in the journal"));
        Assert.True(Mail.Message.MessageId.TryCreate(found, out var message));
        await node.UntilAsync<MessageCompleted>(message);
        var explained = await node.ExplainAsync(message);
        var position = 0;
        foreach (var step in new[]
        {
            "connection", "acl rcpt", "recipient", "acl data", "accepted", "router local", "routed", "attempt", "delivered",
        })
        {
            var next = explained.IndexOf(step, position, StringComparison.Ordinal);
            Assert.True(next >= 0, $"\"{step}\" is missing behind position {position} of\n{explained}");
            position = next;
        }

        Assert.Contains($"spf            {spf}", explained, StringComparison.Ordinal);
        Assert.Contains("dkim           pass", explained, StringComparison.Ordinal);
        Assert.Contains("completed", explained, StringComparison.Ordinal);
    }

    private static string Policy() => Policies.Local(main: "acl_smtp_data = check_data").Replace(
        "begin routers",
        """
        check_data:
          warn add_header = :at_start:${authresults {$primary_hostname}}
          accept

        begin routers
        """,
        StringComparison.Ordinal);

    private string Zone(string permitted = "127.0.0.1") => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        [Domain] = new { TXT = new[] { $"v=spf1 ip4:{permitted} -all" } },
        [$"sel._domainkey.{Domain}"] = new { TXT = new[] { $"v=DKIM1; k=rsa; p={Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())}" } },
    });

    private async Task<string> SignAsync(string message)
    {
        var (code, output) = await ForeignProgram.RunAsync("dkimsign", ["sel", Domain, _folder.Write("key.pem", _key.ExportRSAPrivateKeyPem())], message);
        Assert.True(code == 0 && output.Contains("DKIM-Signature:", StringComparison.Ordinal), output);
        return output;
    }

    private async Task SwaksAsync(TestNode node, string message)
    {
        var (code, output) = await ForeignProgram.RunAsync(
            "swaks",
            [
                "--server", "127.0.0.1", "--port", $"{node.Endpoint.Port}", "--ehlo", "client.signed.test", "--from", "a@signed.test", "--to", "b@local.test",
                "--data", "@" + _folder.Write("message", message),
            ]);
        Assert.True(code == 0, output);
    }

    private async Task<string> DkimpyAsync(string message)
    {
        var (code, output) = await ForeignProgram.RunAsync(ForeignProgram.Python, ["-c", Verify, _folder.Of("zone.json")], message);
        Assert.True(code == 0, output);
        return output.Trim();
    }

    /// <summary>The first field of a name, its folds included.</summary>
    private static string Field(string message, string name)
    {
        var start = message.IndexOf($"\n{name}:", StringComparison.Ordinal) + 1;
        Assert.True(start > 0, $"no field {name} in\n{message}");
        var end = start;
        do
        {
            end = message.IndexOf('\n', end + 1);
        }
        while (end >= 0 && end + 1 < message.Length && message[end + 1] is ' ' or '\t');

        return message[start..end];
    }
}
