using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Pipeline.Node.CommandLine.Demo;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>Clients that hand messages to all nodes in turn, and go on to the next node, as to the next MX, when one is gone.</summary>
/// <param name="messages">How many must be acknowledged.</param>
internal sealed class ClusterTraffic(IReadOnlyList<NodeProcess> nodes, int messages, TimeProvider time)
{
    public const int Clients = 16;

    private const int MaxTries = 50;
    private const int MaxRecipients = 3;
    private const string Domain = "example.net";

    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Users = ["anna", "bert", "carla", "dora", "emil", "frieda", "georg", "hanna", "ida", "jakob"];

    private readonly ConcurrentQueue<ClusterSubmission> _submissions = new();
    private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _acknowledged;
    private int _tokens;

    public IReadOnlyCollection<ClusterSubmission> Submissions => _submissions;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Ends when half of the messages are acknowledged: in the middle of the traffic.</summary>
    public Task Half => _half.Task;

    /// <summary>Until every message is acknowledged by some node.</summary>
    /// <exception cref="IOException">A message found no node that takes it.</exception>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, messages),
                new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
                SendAsync);
        }
        finally
        {
            _half.TrySetResult();
        }
    }

    private async ValueTask SendAsync(int number, CancellationToken cancellationToken)
    {
        var random = new Random(number);
        ImmutableArray<string> recipients = [.. Users.OrderBy(_ => random.Next()).Take(random.Next(1, MaxRecipients + 1))];
        var (fields, body) = new DemoText(random).Body();
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var node = nodes[(number + attempt) % nodes.Count];
            if (await TryAsync(node, recipients, fields, body, cancellationToken) is { } submission)
            {
                _submissions.Enqueue(submission);
                if (submission.End == SubmissionEnd.Acknowledged)
                {
                    if (Interlocked.Increment(ref _acknowledged) * 2 >= messages)
                    {
                        _half.TrySetResult();
                    }

                    return;
                }

                await Task.Delay(TryAgain, time, cancellationToken);
            }
        }

        throw new IOException("no node takes mail");
    }

    /// <returns>Null when the node cannot be reached: nothing was submitted.</returns>
    private async Task<ClusterSubmission?> TryAsync(
        NodeProcess node, ImmutableArray<string> recipients, string fields, byte[] body, CancellationToken cancellationToken)
    {
        var token = Interlocked.Increment(ref _tokens).ToString("x8", CultureInfo.InvariantCulture);
        var from = DemoCorrespondent.Honest[0];
        var header = $"{TokenField}: {token}\r\nFrom: {from.Address}\r\nSubject: {token}\r\nMessage-ID: <{token}@{from.Helo}>\r\nMIME-Version: 1.0\r\n{fields}";
        var message = new DemoSubmission(
            from.Client, from.Helo, from.Address, [.. recipients.Select(user => $"{user}@{Domain}")], new DemoContent(Encoding.ASCII.GetBytes(header), body));
        try
        {
            var answer = await new DemoClient(node.Endpoint).SubmitAsync(message, cancellationToken);
            return answer.Accepted && answer.TakenRecipients == recipients.Length
                ? new ClusterSubmission(token, node.Name, recipients, SubmissionEnd.Acknowledged, IdOf(answer.LastReply))
                : new ClusterSubmission(token, node.Name, recipients, answer.Accepted ? SubmissionEnd.InDoubt : SubmissionEnd.Refused, null);
        }
        catch (SocketException)
        {
            return null;
        }
        catch (IOException)
        {
            return new ClusterSubmission(token, node.Name, recipients, SubmissionEnd.InDoubt, null);
        }
    }

    /// <summary>The field of a message's header that holds the token.</summary>
    public const string TokenField = "X-Demo-Token";

    private static string? IdOf(string reply)
    {
        const string Mark = "id=";
        var at = reply.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? null : reply[(at + Mark.Length)..].Split(' ')[0];
    }
}
