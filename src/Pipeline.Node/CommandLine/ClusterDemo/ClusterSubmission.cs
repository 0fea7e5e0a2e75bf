namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>How a submission ended for the client.</summary>
internal enum SubmissionEnd
{
    /// <summary>250 for the end of the content: the cluster has promised to deliver.</summary>
    Acknowledged,

    /// <summary>The node said no; nothing was promised.</summary>
    Refused,

    /// <summary>The connection broke before an answer: the message may be in the queue or not (RFC 1047), and the client comes again with a new token.</summary>
    InDoubt,
}

/// <summary>One try of a client to hand in one message.</summary>
/// <param name="Token">In the message's header, of this try alone: what lies in a Maildir is traced back by it.</param>
/// <param name="Node">Who was spoken to.</param>
/// <param name="Recipients">Local parts.</param>
/// <param name="MessageId">As in the reply; null when there was none.</param>
internal sealed record ClusterSubmission(string Token, string Node, ImmutableArray<string> Recipients, SubmissionEnd End, string? MessageId);
