namespace Pipeline.Node.CommandLine.Queue;

/// <summary>Which recipients a queue list in Exim's form shows.</summary>
internal enum QueueRecipients
{
    /// <summary>Those of the envelope, done ones marked D (<c>-bp</c>).</summary>
    Envelope = 0,

    /// <summary>Those of the envelope that are not done (<c>-bpu</c>).</summary>
    Undelivered = 1,

    /// <summary>None, and of the message the id alone (<c>-bpi</c>).</summary>
    None = 3,

    /// <summary>Those of the envelope, and those that came of redirection and are done, marked +D (<c>-bpa</c>).</summary>
    WithDeliveredChildren = 2,
}
