using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A client that sends wanted messages to nodes that are up, and repeats on another what was not acknowledged.</summary>
internal sealed class LoadClient(TestCluster cluster, Submissions submissions, Random random)
{
    public const string TokenHeader = "X-Token: ";
    private const int MessagesOfConnection = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Shorter than a freeze for some clients, longer for others.</summary>
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(random.Next(3, 25));

    /// <summary>Sends until everything wanted is acknowledged.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!submissions.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var nodes = cluster.Nodes.Where(node => node.IsUp).ToArray();
            var node = nodes[random.Next(nodes.Length)];
            try
            {
                await using var session = await SmtpClientSession.OpenAsync(node.Endpoint, _patience);
                for (var sent = 0; sent < MessagesOfConnection && submissions.TryBegin(node.Name, out var submission); sent++)
                {
                    await SendAsync(session, submission);
                }
            }
            catch (Exception lost) when (lost is IOException or SocketException or OperationCanceledException)
            {
                // The node is going or coming; the message was given back.
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>The last line of a message: a copy without it is not whole.</summary>
    public static string LastLine(int token) => string.Create(CultureInfo.InvariantCulture, $"end of {token}.");

    private static string Content(int token)
    {
        // One in twelve is uploaded in chunks.
        var lines = token % 12 == 0 ? 4000 : 1 + (token % 40);
        var line = new string((char)('a' + (token % 26)), 74) + "\r\n";
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"From: a@client.example\r\nMessage-ID: <m{token}@client.example>\r\n{TokenHeader}{token}\r\nSubject: {token}\r\n\r\n")
            .Append(string.Concat(Enumerable.Repeat(line, lines)))
            .Append(LastLine(token))
            .Append("\r\n")
            .ToString();
    }

    private async Task SendAsync(SmtpClientSession session, Submission submission)
    {
        var dotted = false;
        try
        {
            await session.CommandAsync($"MAIL FROM:<{TestCluster.BounceBox}@{TestCluster.MaildirDomain}>", '2');
            foreach (var recipient in TestCluster.RecipientsOf(submission.Token))
            {
                await session.CommandAsync($"RCPT TO:<{recipient}>", '2');
            }

            await session.CommandAsync("DATA", '3');
            await session.SendAsync(Content(submission.Token));
            dotted = true;
            var reply = await session.CommandAsync(".", '2');
            var at = reply.IndexOf("id=", StringComparison.Ordinal);
            submissions.Acknowledge(submission, MessageId.Create(reply.Substring(at + 3, MessageId.Length)), TimeProvider.System.GetUtcNow());
        }
        catch (Exception lost) when (lost is IOException or SocketException or OperationCanceledException)
        {
            submission.Refused = dotted && lost is RefusedException;
            submissions.GiveBack();
            throw;
        }
    }
}
