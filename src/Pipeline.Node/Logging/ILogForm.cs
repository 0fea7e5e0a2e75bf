namespace Pipeline.Node.Logging;

/// <summary>The form of the logs: makes lines of what happened. Used by one task.</summary>
internal interface ILogForm
{
    /// <summary>From now on this plan holds. Called before anything else.</summary>
    void Use(LogPlan plan);

    /// <summary>Adds the lines of an entry, each ended by LF; perhaps none.</summary>
    void Add(MailLogEntry entry, LogBatch batch);

    /// <summary>Adds a line to the main log that says how many entries are missing from here on.</summary>
    void AddLoss(long entries, LogBatch batch);
}
