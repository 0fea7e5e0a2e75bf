using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Scanning;

/// <summary>The ACL condition spam against the real servers.</summary>
public sealed class SpamServerTests : IDisposable
{
    private const string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ProgramTheory(SpamAssassin.Program)]
    [InlineData("a message like any other", "ham", false)]
    [InlineData(Gtube, "spam", true)]
    public async Task SpamAssassin_scores_a_message(string body, string word, bool isRefused)
    {
        await using var spamd = await SpamAssassin.StartAsync();
        await ScoreAsync(spamd.Address, body, word, isRefused);
    }

    [ProgramTheory(Rspamd.Program)]
    [InlineData("a message like any other", "ham", false)]
    [InlineData(Gtube, "spam", true)]
    public async Task Rspamd_scores_a_message_and_is_told_its_envelope(string body, string word, bool isRefused)
    {
        await using (var rspamd = await Rspamd.StartAsync(_folder))
        {
            await ScoreAsync($"{rspamd.Address} variant=rspamd", body, word, isRefused);
        }

        Assert.Matches(
            "told: qid <[0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4}> ip 127\\.0\\.0\\.1 user <.*> from <a@from\\.test> rcpts <b@local\\.test>",
            await File.ReadAllTextAsync(Rspamd.LogOf(_folder)));
    }

    private async Task ScoreAsync(string server, string body, string word, bool isRefused)
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(main: $"spamd_address = {server}\nacl_smtp_data = check_data").Replace("begin acl\n", """
            begin acl
            check_data:
              warn    spam = nobody:true
                      add_header = X-Spam-Score: $spam_score ($spam_bar)\n\tX-Spam-Report: $spam_report
              deny    message = spam: $spam_score_int $spam_action
                      spam = nobody
              accept

            """, StringComparison.Ordinal));
        var message = $"From: a@from.test\nTo: b@local.test\nSubject: hello\nDate: Fri, 20 Nov 2026 10:00:00 +0000\nMessage-ID: <1@from.test>\n\n{body}\n";
        if (!isRefused)
        {
            var id = await node.SendAsync("a@from.test", ["b@local.test"], message);
            var events = await node.UntilAsync<MessageCompleted>(id);
            Assert.Equal(word, Assert.Single(events.OfType<CheckCompleted>(), check => check.Check == "spam").Result);
            Assert.Matches("(?m)^X-Spam-Score: -?\\d+\\.\\d \\(", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))));
            Assert.Contains("for nobody, by " + server.Replace(" variant=rspamd", "", StringComparison.Ordinal), await node.ExplainAsync(id), StringComparison.Ordinal);
            return;
        }

        await using var client = await node.ConnectAsync();
        await client.CommandAsync("MAIL FROM:<a@from.test>", "250 ");
        await client.CommandAsync("RCPT TO:<b@local.test>", "250 ");
        await client.CommandAsync("DATA", "354 ");
        await client.SendAsync(message.ReplaceLineEndings("\r\n"));
        Assert.Matches("^550 spam: 1?[0-9]{3,} reject$", (await client.CommandAsync(".", "550 ")).TrimEnd());
    }
}
