using System.Text.Json;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Dkim;

namespace Pipeline.EndToEnd.Tests.Verification;

/// <summary>The DKIM ACL of a whole node, on messages signed by this program's own signer.</summary>
public sealed class SignerPolicyTests : IDisposable
{
    private const string Mail = "From: <a@signed.test>\r\nTo: <b@local.test>\r\nSubject: signed\r\n\r\none two\r\n";

    private readonly Folder _folder = new();
    private readonly SigningKey _key = new("signed.test");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_signature_is_judged_by_the_dkim_acl_and_its_mark_is_seen_by_the_data_acl()
    {
        await using var node = await StartAsync();

        var id = await node.SendAsync("a@signed.test", ["b@local.test"], _key.Sign(Mail, TimeProvider.System));

        var events = await node.UntilAsync<MessageCompleted>(id);
        var stored = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b")));
        Assert.Contains("X-Signer: signed.test pass ed25519-sha256", stored, StringComparison.Ordinal);
        Assert.Contains("X-Seen: signed.test pass ed25519-sha256 of pass", stored, StringComparison.Ordinal);
        var decided = Assert.Single(events.OfType<AclDecided>(), decided => decided.Acl == "dkim");
        Assert.Equal(("accept", "signed.test"), (decided.Verdict, decided.Signer));
        Assert.Contains($"acl dkim       accept signer signed.test: accept ({decided.Source!.File}:{decided.Source.Line})", await node.ExplainAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_was_altered_on_its_way_is_refused_by_the_dkim_acl()
    {
        await using var node = await StartAsync();
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@signed.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync(_key.Sign(Mail, TimeProvider.System).Replace("two", "three", StringComparison.Ordinal));

        await client.CommandAsync(".", "550 signature of signed.test: bodyhash_mismatch");

        await client.CommandAsync("QUIT", "221 ");
        Assert.Empty(_folder.Mail("b"));
    }

    private Task<TestNode> StartAsync() => TestNode.StartAsync(
        _folder,
        Policies.Local(main: "acl_smtp_dkim = check_dkim\nacl_smtp_data = check_data").Replace(
            "begin routers",
            """
            check_dkim:
              deny dkim_status = fail
                   sender_domains = signed.test
                   message = signature of $dkim_cur_signer: $dkim_verify_reason
              accept add_header = X-Signer: $dkim_cur_signer $dkim_verify_status $dkim_algo

            check_data:
              accept add_header = X-Seen: $h_x-signer: of $dkim_verify_status

            begin routers
            """,
            StringComparison.Ordinal),
        JsonSerializer.Serialize(new Dictionary<string, object> { [_key.RecordName] = new { TXT = new[] { _key.RecordText } } }));
}
