using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.Delivery;

/// <summary>Mail that is handed to programs.</summary>
public sealed class ProgramDeliveryTests : IDisposable
{
    private const string Mail = "From: <a@from.test>\nSubject: local\n\nbody\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_gets_the_message_with_its_envelope_in_the_environment()
    {
        await using var node = await StartAsync("""
            command = /bin/sh -c 'cat > "$LOCAL_PART.mail"; echo "$SENDER $RECIPIENT $MESSAGE_ID" > "$LOCAL_PART.env"'
            current_directory = FOLDER
            return_path_add
            """.Replace("$LOCAL_PART", "\\$LOCAL_PART", StringComparison.Ordinal).Replace("$SENDER $RECIPIENT $MESSAGE_ID", "\\$SENDER \\$RECIPIENT \\$MESSAGE_ID", StringComparison.Ordinal));

        var id = await node.SendAsync("a@from.test", ["b@local.test"], Mail);

        await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal($"a@from.test b@local.test {id}\n", await File.ReadAllTextAsync(_folder.Of("b.env")));
        var text = await File.ReadAllTextAsync(_folder.Of("b.mail"));
        Assert.StartsWith("From a@from.test ", text, StringComparison.Ordinal);
        Assert.Contains("\nReturn-path: <a@from.test>\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n\nbody\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_program_says_when_it_fails_comes_back_to_the_sender()
    {
        await using var node = await StartAsync("command = /bin/sh -c 'echo this mailbox is closed; exit 1'\nreturn_fail_output", "! sender");

        var id = await node.SendAsync("sender@local.test", ["b@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.StartsWith("Child process of program transport returned 1 from command: /bin/sh -c ", Assert.Single(events.OfType<RecipientFailed>()).Reason, StringComparison.Ordinal);
        Assert.True(await Pipeline.Tests.Support.Polling.UntilAsync(() => Task.FromResult(_folder.Mail("sender").Count == 1), TimeSpan.FromSeconds(30)));
        var notification = await File.ReadAllTextAsync(Assert.Single(_folder.Mail("sender")));
        Assert.Contains("    local delivery failed\n", notification, StringComparison.Ordinal);
        Assert.Contains("    this mailbox is closed\n", notification, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alias_for_a_command_a_file_and_an_address_goes_to_all_three()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                aliases:
                  driver = redirect
                  local_parts = team
                  data = b@local.test, FOLDER/filed, "|/bin/sh -c 'cat > FOLDER/piped'"
                  pipe_transport = address_pipe
                  file_transport = address_file
                """,
            transports: """
                address_pipe:
                  driver = pipe
                  return_output
                address_file:
                  driver = appendfile
                """));

        var id = await node.SendAsync("a@from.test", ["team@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal(3, events.OfType<RecipientDelivered>().Count());
        Assert.EndsWith("\n\nbody\n\n", await File.ReadAllTextAsync(_folder.Of("piped")), StringComparison.Ordinal);
        Assert.EndsWith("\n\nbody\n\n", await File.ReadAllTextAsync(_folder.Of("filed")), StringComparison.Ordinal);
        Assert.Single(_folder.Mail("b"));
    }

    [Fact]
    public async Task A_message_goes_through_the_filter_of_its_transport_and_then_to_its_shadow()
    {
        await using var node = await TestNode.StartAsync(_folder, Policies.Local(
            routers: """
                filtered:
                  driver = accept
                  domains = +local_domains
                  transport = filtered
                """,
            transports: """
                filtered:
                  driver = appendfile
                  file = FOLDER/filtered
                  transport_filter = /bin/sed -e s/body/changed/
                  shadow_transport = seen
                seen:
                  driver = appendfile
                  file = FOLDER/seen
                  headers_only
                """));

        var id = await node.SendAsync("a@from.test", ["b@local.test"], Mail);

        var events = await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal("seen", Assert.Single(events.OfType<RecipientDelivered>()).Shadow);
        Assert.EndsWith("\nSubject: local\n\nchanged\n\n", await File.ReadAllTextAsync(_folder.Of("filtered")), StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: local\n\n\n", await File.ReadAllTextAsync(_folder.Of("seen")), StringComparison.Ordinal);
    }

    private Task<TestNode> StartAsync(string options, string localParts = "*") => TestNode.StartAsync(_folder, Policies.Local(
        routers: $"""
            programs:
              driver = accept
              local_parts = {localParts}
              domains = +local_domains
              transport = program
            """,
        transports: $"program:\ndriver = pipe\n{options}"));
}
