using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dns;
using Pipeline.Policy;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

/// <summary>The client's side of AUTH: which authenticator, what is said, and what a failure means for the delivery.</summary>
public sealed class SmtpDeliveryAuthenticationTests : SmtpDelivery
{
    private const string Plain = "plain:\ndriver = plaintext\npublic_name = PLAIN\nclient_send = ^user^pass\n";
    private const string Login = "login:\ndriver = plaintext\npublic_name = LOGIN\nclient_send = : user : pass\n";
    private const string Cram = "cram:\ndriver = cram_md5\npublic_name = CRAM-MD5\nclient_name = tim\nclient_secret = tanstaaftanstaaf\n";
    private const string PlainSent = "AUTH PLAIN AHVzZXIAcGFzcw==";

    private readonly List<string> _log = [];

    [Fact]
    public async Task Client_uses_the_first_authenticator_that_the_peer_offers_and_passes_the_sender_on()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == PlainSent ? "235 welcome" : null, ["AUTH LOGIN PLAIN"]);
        Require(Cram + Plain + "client_set_id = user\n" + Login);

        var outcome = Delivered(await DeliverOneAsync(Job(peer) with { AuthenticatedSender = "u+1@client.example" }));

        Assert.StartsWith("A=plain:user C=", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal("MAIL FROM:<a@client.example> AUTH=u+2B1@client.example", peer.Commands[2]);
    }

    [Fact]
    public async Task Login_answers_challenges_one_by_one()
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                "AUTH LOGIN" => "334 VXNlcm5hbWU6",
                "dXNlcg==" => "334 UGFzc3dvcmQ6",
                "cGFzcw==" => "235 welcome",
                _ => null,
            },
            ["AUTH LOGIN"]);
        Require(Login);

        Assert.StartsWith("A=login C=", Delivered(await DeliverOneAsync(Job(peer))).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cram_md5_answers_the_example_of_its_rfc()
    {
        // RFC 2195 section 2.
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                "AUTH CRAM-MD5" => "334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
                "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" => "235 welcome",
                _ => null,
            },
            ["AUTH CRAM-MD5"]);
        Require(Cram);

        Delivered(await DeliverOneAsync(Job(peer)));
    }

    [Theory]
    [InlineData("me", "AUTH EXTERNAL bWU=")]
    [InlineData("", "AUTH EXTERNAL =")]
    public async Task External_says_who_it_is_with_the_command(string identity, string command)
    {
        await using var peer = ScriptedSmtpPeer.Serve(line => line == command ? "235 welcome" : null, ["AUTH EXTERNAL"]);
        Require($"ext:\ndriver = external\npublic_name = EXTERNAL\nclient_send = \"{identity}\"\n");

        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Equal(command, peer.Commands[1]);
    }

    [Fact]
    public async Task Permanent_refusal_leads_to_the_next_authenticator_and_is_logged()
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                PlainSent => "535 5.7.8 not you",
                "AUTH LOGIN" => "334 VXNlcm5hbWU6",
                "dXNlcg==" => "334 UGFzc3dvcmQ6",
                "cGFzcw==" => "235 welcome",
                _ => null,
            },
            ["AUTH PLAIN LOGIN"]);
        Require(Plain + Login);

        Delivered(await DeliverOneAsync(Job(peer)));

        Assert.Equal(["plain authenticator failed H=peer.example [127.0.0.1] 535 5.7.8 not you"], _log);
    }

    [Theory]
    [InlineData("535 5.7.8 no", "authentication required but authentication attempt(s) failed")]
    [InlineData("454 4.7.0 later", "SMTP error from remote mail server after AUTH PLAIN ****: 454 4.7.0 later")]
    public async Task Refusal_where_authentication_is_required_defers_and_shows_no_secret(string reply, string reason)
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("AUTH", StringComparison.Ordinal) ? reply : null, ["AUTH PLAIN"]);
        Require(Plain);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.AuthFailed, reason, reply), (failure.Class, failure.Reason, failure.Reply?.ToString()));
        Assert.DoesNotContain(peer.Commands, command => command.StartsWith("MAIL", StringComparison.Ordinal));
        Assert.Equal("QUIT", peer.Commands[^1]);
    }

    [Fact]
    public async Task Temporary_refusal_does_not_lead_to_the_next_authenticator_but_to_the_next_host()
    {
        await using var busy = ScriptedSmtpPeer.Serve(command => command.StartsWith("AUTH", StringComparison.Ordinal) ? "454 later" : null, ["AUTH PLAIN LOGIN"]);
        await using var free = ScriptedSmtpPeer.Serve(command => command.StartsWith("AUTH", StringComparison.Ordinal) ? "235 welcome" : null, ["AUTH PLAIN"]);
        Require(Plain + Login);

        Delivered(await DeliverOneAsync(Job([HostOf(busy), HostOf(free)])));

        Assert.Equal(["EHLO client.example", PlainSent, "QUIT"], busy.Commands);
    }

    [Theory]
    [InlineData("535 no")]
    [InlineData(null)]
    public async Task Authentication_that_is_only_tried_goes_on_without(string? reply)
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.StartsWith("AUTH", StringComparison.Ordinal) ? reply : null, reply is null ? [] : ["AUTH PLAIN"]);
        Settings = Settings with { Authentication = new SmtpClientAuthentication { Try = HostSet.Everyone, Authenticators = Authenticators(Plain) } };

        Delivered(await DeliverOneAsync(Job(peer) with { AuthenticatedSender = "u@client.example" }));

        Assert.Contains("MAIL FROM:<a@client.example>", peer.Commands);
    }

    [Theory]
    [InlineData("", "authentication required but server did not advertise AUTH support")]
    [InlineData("AUTH GSSAPI", "authentication required but no common mechanisms were found")]
    public async Task Authentication_that_is_required_and_not_offered_defers(string capability, string reason)
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: capability.Length == 0 ? [] : [capability]);
        Require(Plain);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.AuthFailed, reason), (failure.Class, failure.Reason));
    }

    [Fact]
    public async Task Password_waits_for_tls_where_the_condition_says_so()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["AUTH PLAIN"]);
        Require(Plain + "client_condition = ${if def:tls_out_cipher}\n");

        Assert.Equal("authentication required but no common mechanisms were found", Deferred(await DeliverOneAsync(Job(peer))).Reason);
        Assert.DoesNotContain(peer.Commands, command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forced_failure_passes_to_the_next_authenticator_and_any_other_defers()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == PlainSent ? "235 welcome" : null, ["AUTH X PLAIN"]);

        Require("x:\ndriver = plaintext\npublic_name = X\nclient_send = ${if eq{a}{b}{x}fail}\n" + Plain);
        Delivered(await DeliverOneAsync(Job(peer)));

        Require("x:\ndriver = plaintext\npublic_name = X\nclient_send = ${nosuch}\n" + Plain);
        var failure = Deferred(await DeliverOneAsync(Job(peer)));
        Assert.Equal("authentication by x authenticator could not be done", failure.Reason);
        Assert.Contains("nosuch", failure.Internal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("334 not base64!")]
    [InlineData("334 ")]
    [InlineData("334 TW9yZQ==")]
    public async Task Challenge_that_is_strange_or_too_much_ends_the_exchange(string challenge)
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command.StartsWith("AUTH", StringComparison.Ordinal) ? challenge : command == "*" ? "501 ok" : null, ["AUTH CRAM-MD5 PLAIN"]);
        Require(Plain);

        Assert.Equal(FailureClass.AuthFailed, Deferred(await DeliverOneAsync(Job(peer))).Class);
        Assert.Equal(["*", "QUIT"], peer.Commands.Skip(2));
    }

    [Fact]
    public async Task Peer_that_goes_away_inside_the_exchange_is_lost()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("AUTH", StringComparison.Ordinal) ? SmtpPeerReply.Close : null, ["AUTH PLAIN LOGIN"]);
        Require(Plain + Login);

        var failure = Deferred(await DeliverOneAsync(Job(peer)));

        Assert.Equal((FailureClass.LostConnection, "Remote host closed connection in response to AUTH PLAIN ****"), (failure.Class, failure.Reason));
    }

    [Fact]
    public async Task Sender_of_the_transport_goes_before_that_of_the_message_and_without_authentication_where_it_is_forced()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with { Authentication = new SmtpClientAuthentication { AuthenticatedSender = "relay@client.example", ForceAuthenticatedSender = true } };

        Delivered(await DeliverOneAsync(Job(peer) with { AuthenticatedSender = "u@client.example" }));

        Assert.Equal("MAIL FROM:<a@client.example> AUTH=relay@client.example", peer.Commands[1]);
    }

    [Fact]
    public async Task Session_is_not_shared_between_different_credentials()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("AUTH", StringComparison.Ordinal) ? "235 welcome" : null, ["AUTH PLAIN"]);

        Require(Plain);
        Delivered(await DeliverOneAsync(Job(peer)));
        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Single(peer.Sessions);

        Require(Plain.Replace("^pass", "^word", StringComparison.Ordinal));
        Delivered(await DeliverOneAsync(Job(peer)));
        Assert.Equal(2, peer.Sessions.Count);
    }

    private void Require(string section) => Settings = Settings with
    {
        Authentication = new SmtpClientAuthentication { Require = HostSet.Everyone, Authenticators = Authenticators(section) },
    };

    /// <summary>The authenticators of a configuration, in the scope of a delivery.</summary>
    private ImmutableArray<ClientAuthenticator> Authenticators(string section)
    {
        var (policy, problems) = PolicyCompiler.Compile("test.conf", files: new OneFile("begin authenticators\n" + section));
        Assert.True(policy is not null, string.Join('\n', problems));
        var scope = new EvaluationScope
        {
            Environment = new PolicyEnvironment
            {
                Policy = policy,
                Time = Time,
                Dns = new ZoneResolver(ImmutableDictionary<string, ZoneName>.Empty),
                PrimaryHostname = "client.example",
                Log = new RecordingLog(_log),
            },
            Connection = new ConnectionScope(),
            Message = new MessageScope(),
        };
        return [.. policy.Authenticators.Select(authenticator => new ClientAuthenticator(authenticator, scope))];
    }

    private sealed class RecordingLog(List<string> lines) : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line) => lines.Add(line);
    }

    private sealed class OneFile(string content) : IFileSource
    {
        public bool Exists(string path) => path == "test.conf";

        public bool TryRead(string path, [NotNullWhen(true)] out byte[]? octets, out string error)
        {
            (octets, error) = Exists(path) ? (Encoding.UTF8.GetBytes(content), "") : (null, "no such file");
            return octets is not null;
        }
    }
}
