using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>Writes the lines of a policy and of its refusals to the logs of mail. What is for the panic log is in the log of the node too.</summary>
internal sealed class PolicyLog(TimeProvider time, ILogger logger) : IPolicyLog
{
    /// <summary>Null: there are none.</summary>
    public MailLog? Mail { get; set; }

    public void Write(PolicyLogTarget target, string line) => Add(target, line, null);

    public void Write(PolicyLogTarget target, string line, RejectedContent rejected) => Add(target, line, rejected);

    private void Add(PolicyLogTarget target, string line, RejectedContent? rejected)
    {
        var text = OctetString.ToText(line);
        if (target.HasFlag(PolicyLogTarget.Panic))
        {
            Log.PanicLine(logger, text);
        }

        if (target != PolicyLogTarget.None)
        {
            Mail?.Write(new MailLogEntry.Line(time.GetUtcNow(), text, target, rejected));
        }
    }
}
