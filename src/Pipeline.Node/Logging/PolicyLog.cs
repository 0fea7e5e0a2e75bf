using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>Writes the lines of a policy and of its refusals: to the main log, or, what is for the panic log, to the log of the node.</summary>
internal sealed class PolicyLog(TimeProvider time, ILogger logger) : IPolicyLog
{
    /// <summary>Null: there is none.</summary>
    public MainLog? Main { get; set; }

    public void Write(PolicyLogTarget target, string line)
    {
        if (target.HasFlag(PolicyLogTarget.Panic))
        {
            Log.PanicLine(logger, OctetString.ToText(line));
        }
        else if (target != PolicyLogTarget.None)
        {
            Main?.Write(new MailLogEntry.Line(time.GetUtcNow(), OctetString.ToText(line)));
        }
    }
}
