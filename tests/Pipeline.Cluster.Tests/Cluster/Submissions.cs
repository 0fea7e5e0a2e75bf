using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What the clients know: every sending and how it was answered.</summary>
internal sealed class Submissions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Submission> _all = [];
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
                return [.. _all.Values];
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
            submission = new Submission(_all.Count, node);
            _all.Add(submission.Token, submission);
            return true;
        }
    }

    public void Acknowledge(Submission submission, MessageId id, DateTimeOffset at)
    {
        lock (_gate)
        {
            (submission.Acknowledged, submission.AcknowledgedAt) = (id, at);
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
