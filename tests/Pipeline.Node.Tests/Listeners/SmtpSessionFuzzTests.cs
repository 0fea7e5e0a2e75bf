using System.Text;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;
using Pipeline.Node.Listeners;

namespace Pipeline.Node.Tests.Listeners;

/// <summary>Conversations with arbitrary octets in them: a session always comes to its end, and by replies rather than exceptions.</summary>
public sealed class SmtpSessionFuzzTests
{
    private static readonly string[] Lines =
    [
        "EHLO c\r\n", "HELO c\r\n", "MAIL FROM:<a@example.com>\r\n", "MAIL FROM:<> SIZE=10 BODY=BINARYMIME\r\n", "RCPT TO:<b@example.com>\r\n",
        "DATA\r\n", "x\r\n", "..\r\n", ".\r\n", "\n.\n", "\r.\r", "BDAT 3\r\n", "BDAT 3 LAST\r\n", "BDAT 0 LAST\r\n", "a\r\n", "RSET\r\n", "NOOP\r\n",
        "STARTTLS\r\n", "AUTH PLAIN x\r\n", "AUTH PLAIN AGEAYg==\r\n", "AUTH LOGIN\r\n", "dXNlcg==\r\n", "*\r\n", "VRFY x\r\n", "QUIT\r\n", "\0\r\n", "\u00ff\u00fe\r\n",
    ];

    [Theory]
    [InlineData(BareLineEndPolicy.Refuse, true)]
    [InlineData(BareLineEndPolicy.Refuse, false)]
    [InlineData(BareLineEndPolicy.Normalise, false)]
    [InlineData(BareLineEndPolicy.LineEnd, false)]
    public async Task Conversation_of_arbitrary_lines_and_octets_comes_to_its_end(BareLineEndPolicy policy, bool synchronise)
    {
        var random = new Random(2821);
        ListenerOptions options = SessionHarness.Options() with { BareLineEnds = policy, EnforceSynchronisation = synchronise };
        for (int round = 0; round < 1000; round++)
        {
            byte[] octets = Conversation(random);
            var receipt = new FakeReceipt { RefuseDataAt = random.Next(3) == 0 ? 1 : long.MaxValue };
            receipt.Capabilities = receipt.Capabilities with { BinaryMime = true, MaxMessageSize = random.Next(2) * 20, Mechanisms = ["PLAIN", "LOGIN"] };
            receipt.Script = call => call is "auth LOGIN" or "respond [user]" ? new ReceiptDecision(new SmtpReply(334, "")) : null;
            await using var harness = new SessionHarness(receipt, options);
            int cut = synchronise ? "EHLO c\r\n".Length : random.Next(octets.Length);
            await harness.Client.SendAsync(octets[..cut]);
            await harness.Client.SendAsync(octets[cut..]);
            harness.CloseClientSide();
            await harness.Ended;

            // Each transaction has one end: a message that was asked for, or a reset.
            int begun = receipt.Calls.Count(call => call.StartsWith("mail", StringComparison.Ordinal));
            int ended = receipt.Calls.Count(call => call == "end data" || call.StartsWith("reset", StringComparison.Ordinal));
            Assert.True(begun == ended, $"{begun} transactions, {ended} ends in {Encoding.Latin1.GetString(octets)}");
        }
    }

    private static byte[] Conversation(Random random)
    {
        var text = new StringBuilder("EHLO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n");
        for (int line = random.Next(1, 20); line > 0; line--)
        {
            text.Append(Lines[random.Next(Lines.Length)]);
        }

        byte[] octets = Encoding.Latin1.GetBytes(text.ToString());
        for (int change = random.Next(0, 3); change > 0; change--)
        {
            octets[random.Next(octets.Length)] = (byte)random.Next(256);
        }

        return octets;
    }
}
