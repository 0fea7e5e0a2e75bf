using System.Collections.Immutable;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What the clients know: every sending and how it was answered.</summary>
internal sealed class Submissions
{
    private readonly Lock _gate = new();
    private readonly List<Submission> _all = [];
    private int _acknowledged;
    private int _wanted;
    private int _taken;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public IReadOnlyList<Submission> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    public bool IsDone => Acknowledged >= Volatile.Read(ref _wanted);

    /// <summary>More messages to be sent.</summary>
    public void Want(int messages)
    {
        lock (_gate)
        {
            _wanted += messages;
        }
    }

    /// <summary>A sending that nobody asked for.</summary>
    /// <param name="recipients">By token.</param>
    public Submission Begin(string node, Func<int, ImmutableArray<string>> recipients)
    {
        lock (_gate)
        {
            var submission = new Submission(_all.Count, node, recipients(_all.Count));
            _all.Add(submission);
            return submission;
        }
    }

    /// <summary>False when every wanted message is acknowledged or in the hands of another client.</summary>
    public bool TryBegin(string node, out Submission submission)
    {
        lock (_gate)
        {
            submission = null!;
            if (_taken >= _wanted)
            {
                return false;
            }

            _taken++;
            submission = Begin(node, TestCluster.RecipientsOf);
            return true;
        }
    }

    /// <summary>Sends the end of a message and takes down how it is answered.</summary>
    /// <exception cref="RefusedException">By anything but 250.</exception>
    public async Task EndAsync(SmtpClientSession session, Submission submission, string end)
    {
        try
        {
            var reply = await session.CommandAsync(end, '2');
            Acknowledge(submission, MessageId.Create(reply.Substring(reply.IndexOf("id=", StringComparison.Ordinal) + 3, MessageId.Length)));
        }
        catch (RefusedException)
        {
            submission.Refused = true;
            throw;
        }
    }

    public void Acknowledge(Submission submission, MessageId id)
    {
        lock (_gate)
        {
            submission.Acknowledged = id;
            _acknowledged++;
        }
    }

    /// <summary>Not acknowledged: the message will be sent anew.</summary>
    public void GiveBack()
    {
        lock (_gate)
        {
            _taken--;
        }
    }
}
