using System.Runtime.Versioning;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>The example <c>greylisting</c> does what it says to strangers, guessers and hosts that are known.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class GreylistingExampleTests : IDisposable
{
    private const string Macros = """
        SPOOL = FOLDER/spool
        USERS = FOLDER/users
        GUESSES = 2
        """;

    private readonly List<ExampleHost> _hosts = [];

    public void Dispose() => _hosts.ForEach(static host => host.Dispose());

    [Fact]
    public async Task A_stranger_is_asked_to_come_again() => await Host(Macros).HoldAsync(
        "198.51.100.7",
        [
            ("EHLO client.example", "250-mx.example.org Hello client.example [198.51.100.7]"),
            ("MAIL FROM:<a@elsewhere.example>", "250 OK"),
            ("RCPT TO:<anna@example.org>", "451 Greylisted: please come again in 5m"),
            ("RCPT TO:<anna@example.org>", "451 Greylisted: please come again in 5m"),
            ("RCPT TO:<x@elsewhere.example>", "550 relay not permitted"),
            ("QUIT", "221 "),
        ]);

    [Fact]
    public async Task Who_has_waited_is_taken_and_known_from_then_on_for_every_mailbox() => await Host(Macros + "\nGREY_FOR = 0s").HoldAsync(
        "198.51.100.7",
        [
            ("EHLO client.example", "250-"),
            ("MAIL FROM:<a@elsewhere.example>", "250 OK"),
            ("RCPT TO:<anna@example.org>", "451 Greylisted"),
            ("RCPT TO:<anna@example.org>", "250 Accepted"),
            ("RCPT TO:<bert@example.org>", "250 Accepted"),
            ("QUIT", "221 "),
        ]);

    [Fact]
    public async Task Hosts_that_are_known_need_not_wait() => await Host(Macros).HoldAsync(
        "192.0.2.9",
        [("EHLO client.example", "250-"), ("MAIL FROM:<a@elsewhere.example>", "250 OK"), ("RCPT TO:<anna@example.org>", "250 Accepted"), ("QUIT", "221 ")]);

    [Fact]
    public async Task Who_guesses_addresses_is_thrown_out() => await Host(Macros).HoldAsync(
        "2001:db8::7",
        [
            ("EHLO client.example", "250-"),
            ("MAIL FROM:<a@elsewhere.example>", "250 OK"),
            ("RCPT TO:<info@example.org>", "550 Unknown user"),
            ("RCPT TO:<sales@example.org>", "550 Unknown user"),
            ("RCPT TO:<anna@example.org>", "451 Greylisted"),
            ("RCPT TO:<admin@example.org>", "550 Too many unknown recipients"),
        ]);

    private ExampleHost Host(string macros)
    {
        var host = new ExampleHost("greylisting", macros);
        host.Folder.Write("users", "anna\nbert\n");
        _hosts.Add(host);
        return host;
    }
}
