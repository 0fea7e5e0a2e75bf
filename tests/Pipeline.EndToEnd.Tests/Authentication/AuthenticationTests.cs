using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Authentication;

/// <summary>Clients that show who they are: swaks as a client of ours, and one node as the client of another.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private const string Mail = "From: <a@local.test>\nSubject: authenticated\n\nbody\n";

    private const string Authenticators = """

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if and{{def:auth2}{eq{$auth3}{${lookup{$auth2}lsearch{FOLDER/users}{$value}fail}}}}}
          server_set_id = $auth2
        login:
          driver = plaintext
          public_name = LOGIN
          server_prompts = <| Username: | Password:
          server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{FOLDER/users}{$value}fail}}}
          server_set_id = $auth1
        cram:
          driver = cram_md5
          public_name = CRAM-MD5
          server_secret = ${lookup{$auth1}lsearch{FOLDER/users}{$value}fail}
          server_set_id = $auth1
        """;

    private readonly Folder _folder = new();
    private readonly Folder _clientFolder = new();

    public AuthenticationTests() => _folder.Write("users", "user: correct horse\nother: x\n");

    public void Dispose()
    {
        _folder.Dispose();
        _clientFolder.Dispose();
    }

    [ProgramTheory("swaks")]
    [InlineData("PLAIN", "plain")]
    [InlineData("LOGIN", "login")]
    [InlineData("CRAM-MD5", "cram")]
    public async Task Swaks_authenticates_by_each_mechanism_and_the_message_says_so(string mechanism, string authenticator)
    {
        await using var node = await StartAsync();

        var (code, output) = await SwaksAsync(node, mechanism, "correct horse");

        Assert.True(code == 0, output);
        Assert.Contains("235 2.7.0 Authentication succeeded", output, StringComparison.Ordinal);
        var id = TestNode.IdIn(output.Split('\n').Single(line => line.Contains("250 OK id=", StringComparison.Ordinal)).Trim());
        var facts = (await node.UntilAsync<MessageCompleted>(id)).OfType<TransactionStarted>().Single().Client;
        Assert.Equal(("esmtpa", authenticator, "user"), (facts.Protocol, facts.Authenticator, facts.AuthenticatedId));
        Assert.Contains("with esmtpa", await File.ReadAllTextAsync(Assert.Single(_folder.Mail("b"))), StringComparison.Ordinal);
    }

    [ProgramTheory("swaks")]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    public async Task Swaks_with_a_wrong_password_is_not_believed(string mechanism)
    {
        await using var node = await StartAsync();

        var (code, output) = await SwaksAsync(node, mechanism, "wrong");

        Assert.NotEqual(0, code);
        Assert.Contains("535 5.7.8 Incorrect authentication data", output, StringComparison.Ordinal);
        Assert.Empty(_folder.Mail("b"));
    }

    [ProgramTheory("swaks", DovecotAuth.Program)]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    public async Task Dovecot_is_asked_about_clients(string mechanism)
    {
        await using var dovecot = await DovecotAuth.StartAsync(_folder, "user:{PLAIN}correct horse\n");
        await using var node = await StartAsync($"""

            begin authenticators
            asked:
              driver = dovecot
              public_name = {mechanism}
              server_socket = {dovecot.Socket}
              server_set_id = $auth1
            """);

        var (code, output) = await SwaksAsync(node, mechanism, "correct horse");

        Assert.True(code == 0, output);
        var id = TestNode.IdIn(output.Split('\n').Single(line => line.Contains("250 OK id=", StringComparison.Ordinal)).Trim());
        Assert.Equal("user", (await node.UntilAsync<MessageCompleted>(id)).OfType<TransactionStarted>().Single().Client.AuthenticatedId);
        Assert.Contains("535 5.7.8 Incorrect authentication data", (await SwaksAsync(node, mechanism, "wrong")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("driver = plaintext\npublic_name = PLAIN\nclient_send = ^user^correct horse\nclient_set_id = user", "A=smarthost:user")]
    [InlineData("driver = plaintext\npublic_name = LOGIN\nclient_send = : user : correct horse", "A=smarthost ")]
    [InlineData("driver = cram_md5\npublic_name = CRAM-MD5\nclient_name = user\nclient_secret = ${if eq{$host_address}{127.0.0.1}{correct horse}fail}", "A=smarthost ")]
    public async Task One_node_sends_through_another_that_wants_to_know_it(string authenticator, string shown)
    {
        await using var server = await StartAsync();
        await using var client = await StartClientAsync(server, authenticator);

        var id = await client.SendAsync("a@local.test", ["b@remote.test"], Mail);

        var delivered = Assert.Single((await client.UntilAsync<MessageCompleted>(id)).OfType<RecipientDelivered>());
        Assert.Contains(shown, delivered.Detail + " ", StringComparison.Ordinal);
        var arrived = await Eventually.IsAsync(() => Task.FromResult(_folder.Mail("b").SingleOrDefault()), () => Task.FromResult("the other node did not deliver it"));
        Assert.Contains("with esmtpa", await File.ReadAllTextAsync(arrived), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_is_not_believed_keeps_the_message()
    {
        await using var server = await StartAsync();
        await using var client = await StartClientAsync(server, "driver = plaintext\npublic_name = PLAIN\nclient_send = ^user^wrong");

        var id = await client.SendAsync("a@local.test", ["b@remote.test"], Mail);

        var deferred = Assert.Single((await client.UntilAsync<RecipientDeferred>(id)).OfType<RecipientDeferred>());
        Assert.Equal(("authentication required but authentication attempt(s) failed", "535 5.7.8 Incorrect authentication data"), (deferred.Reason, deferred.Reply));
        Assert.Empty(_folder.Mail("b"));
    }

    private async Task<TestNode> StartAsync(string authenticators = Authenticators) => await TestNode.StartAsync(
        _folder,
        Policies.Local().Replace("local.test", "remote.test", StringComparison.Ordinal)
            .Replace("accept domains = +local_domains", "accept authenticated = *", StringComparison.Ordinal)
        + authenticators.Replace("FOLDER", _folder.Path, StringComparison.Ordinal));

    private async Task<TestNode> StartClientAsync(TestNode server, string authenticator) => await TestNode.StartAsync(
        _clientFolder,
        Policies.Smarthost(server.Endpoint).Replace("allow_localhost", "allow_localhost\nhosts_require_auth = *", StringComparison.Ordinal)
        + $"\nbegin authenticators\nsmarthost:\n{authenticator}\n");

    private static Task<(int ExitCode, string Output)> SwaksAsync(TestNode node, string mechanism, string password) => ForeignProgram.RunAsync(
        "swaks",
        [
            "--server", "127.0.0.1", "--port", $"{node.Endpoint.Port}", "--ehlo", "client.test", "--from", "a@from.test", "--to", "b@remote.test",
            "--auth", mechanism, "--auth-user", "user", "--auth-password", password,
        ]);
}
