using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

public sealed class AutoreplyTransportTests : IDisposable
{
    private readonly ExpansionBench _bench = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mailpipeline-").FullName;

    public AutoreplyTransportTests() => _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_message_is_made_of_the_options()
    {
        var autoreply = await ReadyAsync("""
            from = $local_part@$domain
            to = alice@sender.test
            cc = Carol <carol@sender.test>
            bcc = dave@sender.test, alice@sender.test
            reply_to = help@local.test
            subject = Away: $local_part
            headers = X-Away: yes\nX-Two: 2
            text = Gone.\n
            log = /var/log/replies
            once = /var/lib/once.$local_part
            once_repeat = 7d
            once_file_size = 100K
            mode = 0640
            return_message
            """);
        var reply = autoreply.Reply!;
        Assert.Equal("alice@sender.test carol@sender.test dave@sender.test", string.Join(' ', reply.Recipients));
        Assert.Equal(("bob@local.test", "alice@sender.test", "Carol <carol@sender.test>", "help@local.test"), (reply.From, reply.To, reply.Cc, reply.ReplyTo));
        Assert.Equal(("Away: bob", "X-Away: yes\nX-Two: 2", "Gone.\n", true), (reply.Subject, reply.Headers, reply.Text, reply.ReturnsMessage));
        Assert.Equal(("/var/log/replies", "/var/lib/once.bob", 7.0, 102400, 0b110_100_000), (autoreply.Log, autoreply.Once, autoreply.OnceRepeat.TotalDays, autoreply.OnceFileSize, autoreply.Mode));
        Assert.Equal("alice@sender.test", Assert.Single(autoreply.OnceAddresses));
    }

    [Fact]
    public async Task Unset_options_have_the_defaults_of_the_language()
    {
        var autoreply = await ReadyAsync("to = alice");
        Assert.Equal("Mail Delivery System <Mailer-Daemon@mx.example.com>", autoreply.Reply!.From);
        Assert.Equal("alice@mx.example.com", Assert.Single(autoreply.Reply.Recipients).ToString());
        Assert.Equal(("", "", false, null, null, 0b110_000_000), (autoreply.Reply.Subject, autoreply.Reply.Text, autoreply.Reply.ReturnsMessage, autoreply.Once, autoreply.Log, autoreply.Mode));
    }

    [Fact]
    public async Task Addresses_that_never_get_mail_are_left_out_in_silence()
    {
        var autoreply = await ReadyAsync("to = alice@sender.test, list@lists.test\ncc = x@lists.test\nnever_mail = *@lists.test : root@local.test");
        Assert.Equal("alice@sender.test", Assert.Single(autoreply.Reply!.Recipients).ToString());
        Assert.Equal(("alice@sender.test", ""), (autoreply.Reply.To, autoreply.Reply.Cc));
        Assert.Null((await ReadyAsync("to = x@lists.test\nnever_mail = *@lists.test")).Reply);
        Assert.Null((await ReadyAsync("")).Reply);
    }

    [Fact]
    public async Task The_text_comes_before_that_of_the_file_which_may_be_expanded()
    {
        var file = Path.Combine(_folder, "away.txt");
        await File.WriteAllTextAsync(file, "Dear $local_part,\nbye\n");
        Assert.Equal("Hi.\nDear $local_part,\nbye\n", (await ReadyAsync($"to = a@b.test\ntext = Hi.\\n\nfile = {file}")).Reply!.Text);
        Assert.Equal("Hi.\nDear bob,\nbye\n", (await ReadyAsync($"to = a@b.test\ntext = Hi.\\n\nfile = {file}\nfile_expand")).Reply!.Text);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_waited_for_unless_it_is_optional()
    {
        Assert.StartsWith($"Failed to open file {_folder}/none when sending message from t transport: ", await DeferredAsync($"to = a@b.test\nfile = {_folder}/none"), StringComparison.Ordinal);
        Assert.Equal("", (await ReadyAsync($"to = a@b.test\nfile = {_folder}/none\nfile_optional")).Reply!.Text);
    }

    [Theory]
    [InlineData("to = a@b.test\nfile = none", "not an absolute path: \"none\" (file in t transport)")]
    [InlineData("to = a@b.test\nonce = /a/../b", "path \"/a/../b\" (once in t transport) is not absolute or not usable")]
    [InlineData("to = a@b.test\nlog = log", "path \"log\" (log in t transport) is not absolute or not usable")]
    [InlineData("to = a@b.test\nonce_repeat = soon", "Invalid time value \"soon\" for \"once_repeat\" in t transport")]
    public async Task Delivery_waits_for_what_cannot_be_used(string options, string message) => Assert.Equal(message, await DeferredAsync(options));

    [Fact]
    public async Task What_is_no_address_is_said_so() =>
        Assert.StartsWith("\"a b c\" (to in t transport) is not a list of addresses: ", await DeferredAsync("to = a b c"), StringComparison.Ordinal);

    private async Task<TransportExpansion> ExpandAsync(string options)
    {
        var problems = new List<ConfigurationProblem>();
        var definition = TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = autoreply\n{options}"), problems)["t"];
        Assert.Empty(problems);
        return await definition.ExpandAsync(_bench.Scope, CancellationToken.None);
    }

    private async Task<ExpandedAutoreplyTransport> ReadyAsync(string options) =>
        Assert.IsType<ExpandedAutoreplyTransport>(Assert.IsType<TransportExpansion.Ready>(await ExpandAsync(options)).Options);

    private async Task<string> DeferredAsync(string options) => Assert.IsType<TransportExpansion.Deferred>(await ExpandAsync(options)).Message;
}
