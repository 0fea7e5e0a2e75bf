using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Cluster.Tests.Cluster;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>Messages of every kind: small and large, by DATA and in chunks, with recipients of every way, and transactions that end without a message.</summary>
internal sealed class CrashLoad
{
    private const int Connections = 2;
    private const int LargeLines = 4_200; // 320 KB: more than one chunk of the database

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<Submission> _all = [];

    /// <summary>Every sending so far; each has its own token, and its own envelope sender by which the journal knows it.</summary>
    public IReadOnlyList<Submission> All
    {
        get
        {
            lock (_all)
            {
                return [.. _all];
            }
        }
    }

    public static string SenderOf(int token) => string.Create(CultureInfo.InvariantCulture, $"{BouncesOf(token)}@maildir.test");

    /// <summary>The mailbox in which a sender finds what is said of the message.</summary>
    public static string BouncesOf(int token) => string.Create(CultureInfo.InvariantCulture, $"t{token}");

    public static string MboxOf(int token) => string.Create(CultureInfo.InvariantCulture, $"pile{token}");

    /// <summary>Sends so many messages over several connections, or until the node is gone.</summary>
    /// <param name="slow">One recipient of each is put off while the gate is closed.</param>
    public Task SendAsync(NodeProcess node, int messages, bool slow, CancellationToken cancellationToken)
    {
        var left = messages;
        return Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => RunAsync()));

        async Task RunAsync()
        {
            try
            {
                await using var session = await SmtpClientSession.OpenAsync(node.Endpoint, Patience);
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await SendAsync(session, Begin(node), slow);
                }
            }
            catch (Exception lost) when (lost is IOException or SocketException)
            {
                // The node died, as it was told.
            }
        }
    }

    private Submission Begin(NodeProcess node)
    {
        lock (_all)
        {
            _all.Add(new Submission(_all.Count, node.Name));
            return _all[^1];
        }
    }

    private static IEnumerable<string> Recipients(int token, bool slow) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"box{token % 5}@maildir.test"),
        "spool@queue.test",
        "far@smtp.test",
        MboxOf(token) + "@mbox.test",
        "both@alias.test",
        "nobody@void.test",
        .. slow ? ["slow@slow.test"] : Array.Empty<string>(),
    ];

    private static async Task SendAsync(SmtpClientSession session, Submission submission, bool slow)
    {
        var token = submission.Token;
        if (token % 4 == 3)
        {
            await session.CommandAsync($"MAIL FROM:<{SenderOf(token)}>", '2');
            await session.CommandAsync("RCPT TO:<far@smtp.test>", '2');
            await session.CommandAsync("RSET", '2');
        }

        await session.CommandAsync($"MAIL FROM:<{SenderOf(token)}>", '2');
        foreach (var recipient in Recipients(token, slow))
        {
            await session.CommandAsync($"RCPT TO:<{recipient}>", '2');
        }

        var content = Content(token);
        string reply;
        if (token % 4 == 2)
        {
            var half = content.Length / 2;
            await session.CommandAsync(Chunk(content[..half], ""), '2');
            reply = await session.CommandAsync(Chunk(content[half..], " LAST"), '2');
        }
        else
        {
            await session.CommandAsync("DATA", '3');
            reply = await session.CommandAsync(content + ".", '2');
        }

        var at = reply.IndexOf("id=", StringComparison.Ordinal);
        submission.Acknowledged = MessageId.Create(reply.Substring(at + 3, MessageId.Length));
    }

    // The session ends what it sends with a line end, which therefore is of the chunk.
    private static string Chunk(string octets, string last)
    {
        var text = octets.EndsWith("\r\n", StringComparison.Ordinal) ? octets[..^2] : octets;
        return string.Create(CultureInfo.InvariantCulture, $"BDAT {text.Length + 2}{last}\r\n{text}");
    }

    private static string Content(int token)
    {
        var lines = token % 4 == 0 ? LargeLines : 1 + (token % 40);
        var line = new string((char)('a' + (token % 26)), 74) + "\r\n";
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"From: a@client.example\r\nMessage-ID: <m{token}@client.example>\r\n{LoadClient.TokenHeader}{token}\r\nSubject: {token}\r\n\r\n")
            .Append(string.Concat(Enumerable.Repeat(line, lines)))
            .Append(LoadClient.LastLine(token))
            .Append("\r\n")
            .ToString();
    }
}
