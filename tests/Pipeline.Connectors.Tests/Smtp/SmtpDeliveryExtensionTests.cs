using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Tests.Support.Smtp;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class SmtpDeliveryExtensionTests : SmtpDelivery
{
    [Fact]
    public async Task Deliver_lmtp_has_a_verdict_for_each_recipient_taken()
    {
        await using var peer = ScriptedSmtpPeer.Serve(
            command => command switch
            {
                "RCPT TO:<b@peer.example> IGNOREQUOTA" => "550 no",
                "(end of data) RCPT TO:<c@peer.example> IGNOREQUOTA" => "452 4.2.2 full",
                "(end of data) RCPT TO:<d@peer.example> IGNOREQUOTA" => "554 5.7.1 spam",
                _ => null,
            },
            ["PIPELINING"]);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp, LmtpIgnoreQuota = true };

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example", "c@peer.example", "d@peer.example"));

        Assert.Equal("LHLO client.example", peer.Commands[0]);
        Delivered(outcomes[0]);
        Assert.Equal("SMTP error from remote mail server after RCPT TO:<b@peer.example>: 550 no", Failed(outcomes[1]).Reason);
        Assert.Equal("LMTP error after end of data: 452 4.2.2 full", Deferred(outcomes[2]).Reason);
        Assert.Equal("LMTP error after end of data: 554 5.7.1 spam", Failed(outcomes[3]).Reason);
    }

    [Fact]
    public async Task Deliver_lmtp_lost_between_verdicts_leaves_only_the_rest_in_doubt()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command == "(end of data) RCPT TO:<b@peer.example>" ? SmtpPeerReply.Close : null);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp };

        var outcomes = await DeliverAsync(Job(peer, "a@peer.example", "b@peer.example", "c@peer.example"));

        Delivered(outcomes[0]);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[1]).Class);
        Assert.Equal(FailureClass.InDoubt, Deferred(outcomes[2]).Class);
    }

    [Fact]
    public async Task Deliver_lmtp_never_falls_back_to_helo()
    {
        await using var peer = ScriptedSmtpPeer.Serve(command => command.StartsWith("LHLO", StringComparison.Ordinal) ? "500 what?" : null);
        Settings = Settings with { Protocol = SmtpDialect.Lmtp };

        Failed(await DeliverOneAsync(Job(peer)));

        Assert.Equal(["LHLO client.example", "QUIT"], peer.Commands);
    }

    [Fact]
    public async Task Deliver_utf8_address_is_sent_as_it_is_to_a_peer_with_smtputf8()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["SMTPUTF8", "8BITMIME"]);

        Delivered(await DeliverOneAsync(Job(peer, "jürgen@bücher.example") with { SmtpUtf8 = true, Body = BodyType.EightBitMime }));

        Assert.Equal("MAIL FROM:<a@client.example> BODY=8BITMIME SMTPUTF8", peer.Commands[1]);
        Assert.Equal("RCPT TO:<jürgen@bücher.example>", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(peer.Commands[2])));
    }

    [Fact]
    public async Task Deliver_utf8_not_needed_is_not_asked_for()
    {
        await using var peer = ScriptedSmtpPeer.Serve(capabilities: ["SMTPUTF8"]);

        Delivered(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = true }));

        Assert.Equal("MAIL FROM:<a@client.example>", peer.Commands[1]);
    }

    [Fact]
    public async Task Deliver_utf8_local_part_fails_at_a_peer_without_smtputf8_and_a_domain_is_said_in_ascii()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        var outcomes = await DeliverAsync(Job(peer, "jürgen@peer.example", "x@bücher.example") with { SmtpUtf8 = true });

        var failure = Failed(outcomes[0]);
        Assert.Equal((FailureClass.MissingExtension, new EnhancedStatusCode(5, 6, 7)), (failure.Class, failure.Status));
        Delivered(outcomes[1]);
        Assert.Equal("RCPT TO:<x@xn--bcher-kva.example>", peer.Commands[2]);
    }

    [Fact]
    public async Task Deliver_utf8_in_the_header_fails_at_a_peer_without_smtputf8()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new InMemoryMessageContent(Encoding.UTF8.GetBytes("Subject: grün\r\n"), "x\r\n"u8.ToArray());

        Failed(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = true, Content = content }));
        Delivered(await DeliverOneAsync(Job(peer) with { SmtpUtf8 = false, Content = content }));
    }

    [Fact]
    public async Task Deliver_eight_bit_octets_go_as_they_are_to_a_peer_without_8bitmime()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        var content = new InMemoryMessageContent(Encoding.Latin1.GetBytes(Header), Encoding.Latin1.GetBytes("gr\u00FCn\r\n"));

        Delivered(await DeliverOneAsync(Job(peer) with { Content = content, Body = BodyType.EightBitMime }));

        Assert.EndsWith("\r\n\r\ngr\u00FCn\r\n.\r\n", peer.Messages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_binary_message_fails()
    {
        await using var peer = ScriptedSmtpPeer.Serve();

        Assert.Equal(new EnhancedStatusCode(5, 6, 1), Failed(await DeliverOneAsync(Job(peer) with { Body = BodyType.BinaryMime })).Status);
    }

    [Fact]
    public async Task Deliver_signs_the_edited_header_block()
    {
        await using var peer = ScriptedSmtpPeer.Serve();
        Settings = Settings with
        {
            HeadersAdd = ["X-Added: 1"],
            Dkim = [new DkimSigningSettings { Domain = "client.example", Selector = "s", PrivateKey = new Secret("key") }],
        };
        await using var agent = new Connectors.Smtp.SmtpDeliveryAgent(Pool, Time, new Signer("DKIM-Signature: of {0}\r\n", null));
        await using var failing = new Connectors.Smtp.SmtpDeliveryAgent(Pool, Time, new Signer("", "no key"));

        Delivered((await agent.DeliverAsync(Job(peer), CancellationToken.None)).Recipients[0].Outcome);
        var failure = Deferred((await failing.DeliverAsync(Job(peer), CancellationToken.None)).Recipients[0].Outcome);

        Assert.StartsWith($"DKIM-Signature: of {Header.Length + 12}\r\n{Header}X-Added: 1\r\n\r\n", peer.Messages[0], StringComparison.Ordinal);
        Assert.Equal("no key", failure.Internal);
        Assert.Equal("no signer is configured", Deferred(await DeliverOneAsync(Job(peer))).Internal);
    }

    private sealed class Signer(string field, string? failure) : Connectors.Smtp.IMessageSigner
    {
        public ValueTask<Connectors.Smtp.MessageSigning> SignAsync(
            ReadOnlyMemory<byte> headerBlock, IMessageContent content, SmtpTransportSettings settings, CancellationToken cancellationToken) =>
            new(new Connectors.Smtp.MessageSigning(
                Encoding.Latin1.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, field, headerBlock.Length)), failure));
    }
}
