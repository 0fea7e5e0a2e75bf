using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>One sending of one message to one node, up to the answer to its final dot. Each has a token of its own, so that a client's repeat is told from a node's.</summary>
internal sealed class Submission(int token, string node)
{
    public int Token => token;

    public string Node => node;

    /// <summary>Null unless it was answered with 250.</summary>
    public MessageId? Acknowledged { get; set; }

    /// <summary>When the answer came.</summary>
    public DateTimeOffset AcknowledgedAt { get; set; }

    /// <summary>The answer to the final dot was a refusal.</summary>
    public bool Refused { get; set; }
}
