using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>Messages of every kind: small and large, by DATA and in chunks, with recipients of every way, and transactions that end without a message.</summary>
internal sealed class CrashLoad
{
    private const int Connections = 2;
    private const string Far = "far@" + Domains.Smtp;
    private const int LargeLines = 4_200; // 320 KB: more than one chunk of the database

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public Submissions Submissions { get; } = new();

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
                    await SendAsync(session, Submissions.Begin(node.Name, token => Recipients(token, slow)));
                }
            }
            catch (Exception lost) when (lost is IOException or SocketException)
            {
                // The node died, as it was told.
            }
        }
    }

    private static ImmutableArray<string> Recipients(int token, bool slow) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"box{token % 5}@{Domains.Maildir}"),
        "spool@" + Domains.Queuefile,
        Far,
        string.Create(CultureInfo.InvariantCulture, $"pile{token}@{Domains.Mbox}"),
        "both@" + Domains.Alias,
        "nobody@" + Domains.Void,
        .. slow ? ["slow@" + Domains.Slow] : Array.Empty<string>(),
    ];

    private async Task SendAsync(SmtpClientSession session, Submission submission)
    {
        var token = submission.Token;
        if (token % 4 == 3)
        {
            await session.EnvelopeAsync(submission.Sender, [Far]);
            await session.CommandAsync("RSET", '2');
        }

        await session.EnvelopeAsync(submission.Sender, submission.Recipients);
        var content = TestMessage.Of(token, lines: token % 4 == 0 ? LargeLines : 1 + (token % 40));
        if (token % 4 == 2)
        {
            var half = content.Length / 2;
            await session.CommandAsync(Chunk(content[..half], ""), '2');
            await Submissions.EndAsync(session, submission, Chunk(content[half..], " LAST"));
        }
        else
        {
            await session.CommandAsync("DATA", '3');
            await Submissions.EndAsync(session, submission, content + ".");
        }
    }

    // The session ends what it sends with a line end, which therefore is of the chunk.
    private static string Chunk(string octets, string last)
    {
        var text = octets.EndsWith("\r\n", StringComparison.Ordinal) ? octets[..^2] : octets;
        return string.Create(CultureInfo.InvariantCulture, $"BDAT {text.Length + 2}{last}\r\n{text}");
    }
}
