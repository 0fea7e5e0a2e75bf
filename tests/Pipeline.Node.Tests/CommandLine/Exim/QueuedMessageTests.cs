using System.Text;
using Pipeline.Mail.Spool;
using Pipeline.Node.CommandLine.Exim;
using Pipeline.Node.Hosting;
using Pipeline.Tests.Support;

namespace Pipeline.Node.Tests.CommandLine.Exim;

/// <summary>Looks into a queued message (<c>-Mvh</c> and its kin) and changes of it (<c>-Mar</c> and its kin), with and without a node that runs.</summary>
public sealed class QueuedMessageTests : IDisposable
{
    private const string Stranger = "1xV0aA-0001ab-Cd";
    private readonly EximFixture _exim = new();

    public void Dispose() => _exim.Dispose();

    [Theory]
    [InlineData("-Mvh", $"Failed to open input file for {Stranger}-H: No such file or directory\n")]
    [InlineData("-Mvb", $"Failed to open input file for {Stranger}-D: No such file or directory\n")]
    [InlineData("-Mvc", $"Spool data file for {Stranger} does not exist\n")]
    [InlineData("-Mvl", $"Failed to open msglog file for {Stranger}: No such file or directory\n")]
    public async Task View_of_a_message_that_is_not_there_says_so_as_Exim_does(string option, string errors)
    {
        Assert.Equal(new EximRun(1, "", errors), await _exim.RunAsync(option, Stranger)); // no store yet
        await SubmitAsync("later-user@example.com");
        Assert.Equal(new EximRun(1, "", errors), await _exim.RunAsync(option, Stranger));
        Assert.Equal(new EximRun(1, "", "*** Only one message can be listed at once\n"), await _exim.RunAsync(option, Stranger, Stranger));
        Assert.Equal(new EximRun(1, "", $"exim: malformed message id foo after {option} option\n"), await _exim.RunAsync(option, "foo"));
        Assert.Equal(new EximRun(1, "", $"exim: no message ids given after {option} option\n"), await _exim.RunAsync(option));
    }

    [Fact]
    public async Task Views_show_the_header_file_the_body_the_message_and_its_log()
    {
        var id = await SubmitAsync("later-user@example.com", "user@example.com");

        var header = Encoding.Latin1.GetBytes((await _exim.RunAsync("-Mvh", id)).Output);
        Assert.True(SpoolHeaderReader.TryRead(header, null, out var file, out var error), error);
        Assert.Equal((id, "sender@example.org", 2), (file.MessageId, file.Sender, file.Recipients.Length));
        Assert.Equal(["later-user@example.com", "user@example.com"], file.Recipients.Select(recipient => recipient.Address));
        Assert.Equal(["user@example.com"], file.NonRecipients.Nodes.Select(node => node.Key));
        Assert.Equal(("local-esmtp", 2, false, null), (file.ReceivedProtocol, file.BodyLineCount, file.FirstDelivery, file.FrozenSince));
        Assert.Equal(["P", " "], file.Headers.Take(2).Select(line => line.Flag.ToString()));

        Assert.Equal($"{id}-D\nbody\n.second\n", (await _exim.RunAsync("-Mvb", id)).Output);
        var copy = (await _exim.RunAsync("-Mvc", id)).Output;
        Assert.StartsWith($"Received: from {Environment.UserName} (helo=me)\n\tby gw.example.com with local-esmtp", copy, StringComparison.Ordinal);
        Assert.EndsWith("\n\nbody\n.second\n", copy, StringComparison.Ordinal);
        var log = (await _exim.RunAsync("-Mvl", id)).Output.Split('\n');
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Received from sender@example\.org U=\S+ P=local-esmtp S=\d+$", log[0]);
        Assert.Contains(log, line => line.EndsWith(" user@example.com: maildir transport succeeded", StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith(" later-user@example.com R=later defer (-1): not yet", StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("Completed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Header_file_of_a_frozen_and_of_a_thawed_message_says_so()
    {
        var id = await SubmitAsync("later-user@example.com");
        await _exim.RunAsync("-Mf", id);
        Assert.Contains("\n-frozen ", (await _exim.RunAsync("-Mvh", id)).Output, StringComparison.Ordinal);
        await _exim.RunAsync("-Mt", id);
        var thawed = (await _exim.RunAsync("-Mvh", id)).Output;
        Assert.DoesNotContain("\n-frozen ", thawed, StringComparison.Ordinal);
        Assert.Contains("\n-manual_thaw\n", thawed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recipients_and_sender_of_a_message_are_changed(bool runs)
    {
        var id = await SubmitAsync("later-user@example.com", "later-other@example.com");
        await using var node = runs ? await StartNodeAsync() : null;
        var modified = (0, $"Message {id} has been modified\n");

        Assert.Equal(modified, await OrderAsync("-Mar", id, "later-third@example.com"));
        Assert.Equal(modified, await OrderAsync("-Mmd", id, "later-other@EXAMPLE.com"));
        Assert.Equal(modified, await OrderAsync("-Mes", id, "new@example.org"));
        var list = (await _exim.RunAsync("-bp")).Output;
        Assert.EndsWith($"{id} <new@example.org>\n          later-user@example.com\n        D later-other@example.com\n          later-third@example.com\n\n", list, StringComparison.Ordinal);
        Assert.Equal("new@example.org\n", (await _exim.RunAsync("-Mset", id, "-be", "$sender_address")).Output);
        Assert.Equal(modified, await OrderAsync("-Mes", id, "<>"));
        Assert.Contains("\n<>\n", (await _exim.RunAsync("-Mvh", id)).Output, StringComparison.Ordinal);

        Assert.Equal((1, $"Message {id} - error while marking as delivered:\n  no@example.com is not a recipient: message not updated\n"), await OrderAsync("-Mmd", id, "no@example.com"));
        Assert.Equal((1, $"Message {id} - error while adding recipient:\n  bad address c: domain missing\n"), await OrderAsync("-Mar", id, "c"));
        Assert.Equal((1, $"Message {id} - error while adding recipient: no address given\n"), await OrderAsync("-Mar", id));
        Assert.Equal((1, $"Message {id} - only one sender address can be specified\n"), await OrderAsync("-Mes", id, "a@b.example", "c@d.example"));
        Assert.Equal((1, $"Spool data file for {Stranger} does not exist\n"), await OrderAsync("-Mes", Stranger, "a@b.example"));
        Assert.Equal("exim: no message ids given after -Mar option\n", (await _exim.RunAsync("-Mar")).Errors);

        Assert.Equal(modified, await OrderAsync("-Mmad", id));
        Assert.Equal("0\n", (await _exim.RunAsync("-bpc")).Output);
        Assert.Empty(_exim.Mailbox("later-user"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_that_is_given_up_comes_back_to_its_sender(bool runs)
    {
        var id = await SubmitFromAsync("sender@example.com", "later-user@example.com");
        await using (var node = runs ? await StartNodeAsync() : null)
        {
            Assert.Equal((0, ""), await OrderAsync("-Mg", id));
            await (node?.StopAsync() ?? Task.CompletedTask);
        }

        Assert.Contains("delivery cancelled by administrator", await File.ReadAllTextAsync(Assert.Single(_exim.Mailbox("sender"))), StringComparison.Ordinal);
        Assert.Equal("0\n", (await _exim.RunAsync("-bpc")).Output);
    }

    [Fact]
    public async Task Strings_are_expanded_with_a_queued_message()
    {
        var id = await SubmitAsync("later-user@example.com");
        var run = await _exim.RunAsync("-Mset", id, "-be", "$message_exim_id $sender_address $h_subject: $received_protocol $body_linecount $recipients_count", "$message_body");
        Assert.Equal(new EximRun(0, $"{id} sender@example.org x local-esmtp 2 1\nbody .second \n", ""), run);
        Assert.Equal(
            new EximRun(0, "x\n", $"Failed to load message datafile {Stranger}\nFailed to load message {Stranger}\n"), await _exim.RunAsync("-Mset", Stranger, "-be", "x"));
        Assert.Equal(new EximRun(1, "", "exim: malformed message id foo after -Mset option\n"), await _exim.RunAsync("-Mset", "foo", "-be", "x"));
    }

    private Task<string> SubmitAsync(params string[] recipients) => SubmitFromAsync("sender@example.org", recipients);

    /// <returns>The id.</returns>
    private async Task<string> SubmitFromAsync(string sender, params string[] recipients)
    {
        var to = string.Concat(recipients.Select(recipient => $"RCPT TO:<{recipient}>\r\n"));
        var run = await _exim.RunWithInputAsync($"EHLO me\r\nMAIL FROM:<{sender}>\r\n{to}DATA\r\nSubject: x\r\n\r\nbody\r\n..second\r\n.\r\nQUIT\r\n", "-bs");
        return run.Output.Split("id=")[1].Split("\r\n")[0];
    }

    private Task<MailNode> StartNodeAsync()
    {
        var (command, _) = EximArguments.Read(["-bdf", "-C", _exim.ConfigurationFile, "--node", _exim.Path("node.json"), "-DWORD=word"], null);
        var (choice, _) = command!.Choose();
        return MailNode.StartAsync(choice!.ToNodeOptions() with { Listen = "127.0.0.1.0" }, CancellationToken.None);
    }

    /// <summary>A running node may be trying the message just then, and refuses an order for so long.</summary>
    private async Task<(int, string)> OrderAsync(params string[] arguments)
    {
        var run = new EximRun(-1, "", "");
        await Polling.UntilAsync(async () => !(run = await _exim.RunAsync(arguments)).Output.Contains("try again", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
        return (run.ExitCode, run.Output);
    }
}
