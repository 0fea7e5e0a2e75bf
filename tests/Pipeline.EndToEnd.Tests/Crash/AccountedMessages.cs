using System.Text;
using Pipeline.Mail.Message;

namespace Pipeline.EndToEnd.Tests.Crash;

/// <summary>What a client that was told 250 knows, gathered over several connections and lives of the node.</summary>
internal sealed class AccountedMessages(int count)
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _waiting = new(Enumerable.Range(0, count));
    private readonly Dictionary<MessageId, int> _acknowledged = [];
    private readonly Dictionary<int, int> _inDoubt = [];

    public int Acknowledged
    {
        get
        {
            lock (_gate)
            {
                return _acknowledged.Count;
            }
        }
    }

    public bool IsDone => Acknowledged == count;

    /// <summary>Numbers of messages by the id that the node gave them.</summary>
    public IReadOnlyDictionary<MessageId, int> ById => _acknowledged;

    /// <summary>How often a message was sent to its final dot and not answered: so often the node may have it besides (RFC 1047).</summary>
    public int InDoubt(int number) => _inDoubt.GetValueOrDefault(number);

    public static string MailboxOf(int number) => $"box{number % 5}";

    /// <summary>One message in four passes the bound beyond which a body is a file of its own.</summary>
    public static string Content(int number)
    {
        var line = new string((char)('a' + (number % 26)), 74) + "\r\n";
        return new StringBuilder($"Message-ID: <m{number}@client.example>\r\nSubject: {number}\r\n\r\n")
            .Append(string.Concat(Enumerable.Repeat(line, number % 4 == 0 ? 2000 : 1 + (number % 50))))
            .ToString();
    }

    public bool TryTake(out int number)
    {
        lock (_gate)
        {
            return _waiting.TryDequeue(out number);
        }
    }

    public void Accept(MessageId id, int number)
    {
        lock (_gate)
        {
            _acknowledged.Add(id, number);
        }
    }

    /// <summary>The connection was lost before an answer came.</summary>
    public void Repeat(int number, bool dotted)
    {
        lock (_gate)
        {
            _waiting.Enqueue(number);
            if (dotted)
            {
                _inDoubt[number] = InDoubt(number) + 1;
            }
        }
    }
}
