using System.Globalization;
using System.Text.Json;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>Failure reports of a whole node: who gets them, and who does not.</summary>
public sealed class DmarcFailureReportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Domain_that_asks_is_told_of_a_message_that_was_refused()
    {
        await using var node = await StartAsync("dmarc_forensic_sender = DMARC at $primary_hostname <dmarc@local.test>\nerrors_reply_to = postmaster@local.test");
        await RefuseAsync(node, "forged@strict.test", "strict.test");
        var report = await ReadAsync("reports", 1);
        Assert.StartsWith("Return-path: <dmarc@local.test>\n", report, StringComparison.Ordinal);
        Assert.Contains("\nFrom: DMARC at mx.local.test <dmarc@local.test>\n", report, StringComparison.Ordinal);
        Assert.Contains("\nReply-To: postmaster@local.test\n", report, StringComparison.Ordinal);
        Assert.Contains("\nSubject: DMARC Forensic Report for strict.test from IP 127.0.0.1\n", report, StringComparison.Ordinal);
        Assert.Contains("\nDelivery-Result: reject\nIdentity-Alignment: none\nReported-Domain: strict.test\n", report, StringComparison.Ordinal);
        Assert.Contains("\nAuthentication-Results: mx.local.test; ", report, StringComparison.Ordinal);
        Assert.Contains("dmarc=fail", report, StringComparison.Ordinal);
        Assert.Contains("\nFrom: <ann@strict.test>\n", report, StringComparison.Ordinal);
        Assert.DoesNotContain("the body", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_was_accepted_is_reported_as_delivered_from_the_usual_address_with_the_null_sender()
    {
        await using var node = await StartAsync("");
        await node.UntilAsync<MessageCompleted>(await node.SendAsync("forged@watching.test", ["b@local.test"], Mail("watching.test")));
        var report = await ReadAsync("watching", 1);
        Assert.StartsWith("Return-path: <>\n", report, StringComparison.Ordinal);
        Assert.Contains("\nFrom: Mail Delivery System <Mailer-Daemon@", report, StringComparison.Ordinal);
        Assert.Contains("\nDelivery-Result: delivered\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_is_told()
    {
        await using var node = await StartAsync("");
        await RefuseAsync(node, "", "strict.test");
        await RefuseAsync(node, "forged@strict.test", "strict.test", "Auto-Submitted: auto-replied\r\n");
        await RefuseAsync(node, "forged@unasked.test", "unasked.test");
        await RefuseAsync(node, "quiet@strict.test", "strict.test");
        await node.UntilAsync<MessageCompleted>(await node.SendAsync("forged@watching.test", ["b@local.test"], Mail("watching.test")));
        await ReadAsync("watching", 1); // reports go in order, so that the others would have come by now
        Assert.Equal(["b", "watching"], Directory.GetDirectories(_folder.Of("mail")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Reports_about_one_domain_are_bounded()
    {
        await using var node = await StartAsync("log_file_path = FOLDER/%slog");
        for (var i = 0; i < 13; i++)
        {
            await RefuseAsync(node, string.Create(CultureInfo.InvariantCulture, $"forged{i}@strict.test"), "strict.test");
        }

        await ReadAsync("reports", 10);
        Assert.True(await Polling.UntilAsync(
            async () => (await File.ReadAllTextAsync(_folder.Of("mainlog"))).Contains("DMARC failure report about strict.test is not sent: there were 10 in this hour", StringComparison.Ordinal), Patience));
        await node.StopAsync();
        Assert.Equal(10, _folder.Mail("reports").Count);
        Assert.Equal(1, (await File.ReadAllTextAsync(_folder.Of("mainlog"))).Split("is not sent: there were 10").Length - 1);
    }

    private static string Mail(string domain, string fields = "") => $"From: <ann@{domain}>\r\nTo: <b@local.test>\r\nSubject: x\r\n{fields}\r\nthe body\r\n";

    private static async Task RefuseAsync(TestNode node, string sender, string domain, string fields = "")
    {
        await using var client = await node.ConnectAsync();
        await client.CommandAsync($"MAIL FROM:<{sender}>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.CommandAsync($"{Mail(domain, fields)}.", "550 ");
    }

    /// <summary>The newest mail of a mailbox, as soon as it has so many.</summary>
    private async Task<string> ReadAsync(string mailbox, int count)
    {
        Assert.True(await Polling.UntilAsync(() => Task.FromResult(_folder.Mail(mailbox).Count >= count), Patience));
        return await File.ReadAllTextAsync(_folder.Mail(mailbox)[^1]);
    }

    private Task<TestNode> StartAsync(string main) => TestNode.StartAsync(
        _folder,
        Policies.Local(main: $"acl_smtp_data = check_data\nsmtp_accept_max_nonmail = 100\n{main}").Replace(
            "check_rcpt:\n",
            "check_data:\n  deny dmarc_status = reject\n  accept\n\ncheck_rcpt:\n  warn !senders = quiet@*\n       control = dmarc_enable_forensic\n",
            StringComparison.Ordinal),
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["_dmarc.strict.test"] = new { TXT = new[] { "v=DMARC1; p=reject; ruf=mailto:reports@local.test" } },
            ["strict.test._report._dmarc.local.test"] = new { TXT = new[] { "v=DMARC1" } },
            ["_dmarc.unasked.test"] = new { TXT = new[] { "v=DMARC1; p=reject; ruf=mailto:unasked@local.test" } },
            ["_dmarc.watching.test"] = new { TXT = new[] { "v=DMARC1; p=none; ruf=mailto:watching@local.test" } },
            ["watching.test._report._dmarc.local.test"] = new { TXT = new[] { "v=DMARC1" } },
        }));
}
