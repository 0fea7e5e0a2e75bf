using System.Net.Sockets;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>A client that sends wanted messages to nodes that are up, and repeats on another what was not acknowledged.</summary>
internal sealed class LoadClient(TestCluster cluster, Submissions submissions, Random random)
{
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

    private async Task SendAsync(SmtpClientSession session, Submission submission)
    {
        try
        {
            await session.EnvelopeAsync(submission.Sender, submission.Recipients);
            await session.CommandAsync("DATA", '3');

            // One in twelve is uploaded in chunks.
            await session.SendAsync(TestMessage.Of(submission.Token, lines: submission.Token % 12 == 0 ? 4000 : 1 + (submission.Token % 40)));
            await submissions.EndAsync(session, submission, ".");
        }
        catch (Exception lost) when (lost is IOException or SocketException or OperationCanceledException)
        {
            submissions.GiveBack();
            throw;
        }
    }
}
