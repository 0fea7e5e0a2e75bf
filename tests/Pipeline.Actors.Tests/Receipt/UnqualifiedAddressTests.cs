using System.Text;
using Pipeline.Actors.Tests.Support;
using Pipeline.Mail.Addressing;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Addresses without a domain, from clients that may send such.</summary>
public sealed class UnqualifiedAddressTests : ReceiptTestKit
{
    [Theory]
    [InlineData("sender_unqualified_hosts = *\nrecipient_unqualified_hosts = *", "From: dave@qs.test|To: erin@qr.test")]
    [InlineData("sender_unqualified_hosts = *", "From: dave@qs.test|To: erin")]
    [InlineData("recipient_unqualified_hosts = *", "From: dave|To: erin@qr.test")]
    [InlineData("", "From: dave|To: erin")]
    public async Task They_are_completed_in_envelope_and_header(string options, string header)
    {
        var policy = new TestPolicy(
            $"""
            qualify_domain = qs.test
            qualify_recipient = qr.test
            acl_smtp_rcpt = check
            {options}
            begin acl
            check:
              accept logwrite = $sender_address $local_part@$domain
            """,
            Time);
        await using var session = await OpenAsync(Service(policy));
        Assert.Equal(
            (options.Contains("sender", StringComparison.Ordinal), options.Contains("recipient", StringComparison.Ordinal)),
            (session.Rules.TakesUnqualifiedSenders, session.Rules.TakesUnqualifiedRecipients));

        await session.MailAsync(From("x") with { Sender = new EnvelopeAddress("bob", "") }, CancellationToken.None);
        await session.RecipientAsync(To("x") with { Address = new EnvelopeAddress("Postmaster", "") }, CancellationToken.None);
        await session.BeginDataAsync(false, CancellationToken.None);
        await session.WriteAsync("From: dave\r\nTo: erin\r\n\r\nx\r\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal(250, (await session.EndDataAsync(CancellationToken.None)).Reply.Code);

        Assert.Equal("bob@qs.test postmaster@qr.test", Assert.Single(policy.Lines));
        var stored = Assert.Single(Store.Accepted);
        Assert.Equal("Postmaster@qr.test", Assert.Single(stored.Envelope.Recipients).Address.ToString());
        foreach (var line in header.Split('|'))
        {
            Assert.Contains(line + "\r\n", Encoding.ASCII.GetString(stored.HeaderBlock.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_null_sender_stays_null()
    {
        await using var session = await OpenAsync(Service(new TestPolicy("acl_smtp_mail = check\nbegin acl\ncheck:\n  accept message = <$sender_address>\n", Time)));

        Assert.Equal("<>", (await session.MailAsync(From("x") with { Sender = EnvelopeAddress.Null }, CancellationToken.None)).Reply.Text);
    }
}
