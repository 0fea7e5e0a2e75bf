using System.Text;
using Pipeline.Messages.Journal;
using Pipeline.Tests.Support.Scanning;

namespace Pipeline.EndToEnd.Tests.Scanning;

/// <summary>The ACL condition dcc in a whole node.</summary>
public sealed class DccTests : IDisposable
{
    private const string Answer = "A\nA\nX-DCC-test-Metrics: mx.local.test 1234; Body=1\n Fuz1=1\n\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Header_of_DCC_is_there_for_scanners_and_conditions_behind_it()
    {
        await using var dccifd = new ScriptedDaemon(static _ => false, static _ => Encoding.ASCII.GetBytes(Answer));
        var scanned = "";
        await using var clamd = new ScriptedDaemon(static said => said.AsSpan().EndsWith("\0\0\0\0"u8), said =>
        {
            scanned = Encoding.Latin1.GetString(said);
            return "stream: OK\0"u8.ToArray();
        });
        await using var node = await StartAsync(
            $"dccifd_address = {dccifd.Address}\ndcc_direct_add_header = true\nav_scanner = clamd:{clamd.Address}",
            """
            warn  set acl_m_dcc_add_header = X-Clam: clean
            defer !dcc = *
            deny  malware = *
            warn  add_header = X-Seen: $dcc_result <${sg{$h_X-DCC-test-Metrics:}{\n}{}}>
            accept
            """);
        var id = await node.SendAsync("a@from.test", ["b@local.test"], "Subject: x\n\nbody\n");
        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal("accept", Assert.Single(events.OfType<CheckCompleted>(), check => check.Check == "dcc").Result);
        const string Field = "X-DCC-test-Metrics: mx.local.test 1234; Body=1\n Fuz1=1\n";
        var stored = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b")));
        Assert.Contains($"{Field}X-Clam: clean\nX-Seen: A <mx.local.test 1234; Body=1 Fuz1=1>\n\nbody\n", stored, StringComparison.Ordinal);
        Assert.Contains(Field, scanned.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        var question = Encoding.Latin1.GetString(Assert.Single(dccifd.Requests));
        Assert.StartsWith("header\n127.0.0.1\nHELO localhost\na@from.test\nb@local.test\r\n\nReceived: from ", question, StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: x\n\nbody\n", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_that_DCC_greylists_comes_again()
    {
        await using var dccifd = new ScriptedDaemon(static _ => false, static _ => "G\nG\n\n"u8.ToArray());
        await using var node = await StartAsync($"dccifd_address = {dccifd.Address}", "defer !dcc = *\nmessage = come again ($dcc_result)\naccept");
        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        Assert.Equal("451 come again (G)", (await client.CommandAsync("Subject: x\r\n\r\nbody\r\n.", "451 ")).TrimEnd());
        Assert.Empty(_folder.Mail("b"));
    }

    private Task<TestNode> StartAsync(string main, string acl) => TestNode.StartAsync(
        _folder, Policies.Local(main: $"{main}\nacl_smtp_data = check_data").Replace("begin acl\n", $"begin acl\ncheck_data:\n{acl}\n\n", StringComparison.Ordinal));
}
